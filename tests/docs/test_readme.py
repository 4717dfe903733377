"""The README's plugin, saved and run as it says."""

import json
import re
import subprocess
import sys

import pytest


@pytest.fixture
def two_back(root, tmp_path):
    """The block under ``<!-- two_back.py -->``, saved under that name."""
    text = (root / "README.md").read_text(encoding="utf-8")
    found = re.search(r"<!-- two_back\.py -->\n```python\n(.*?)```", text, re.DOTALL)
    assert found, "README.md has no two_back.py"
    path = tmp_path / "two_back.py"
    path.write_text(found[1], encoding="utf-8")
    return path


def test_it_is_a_plugin_in_ten_lines(two_back):
    """Ten lines that are not blank."""
    assert len([line for line in two_back.read_text().splitlines() if line.strip()]) <= 10


@pytest.mark.tensorflow
def test_it_trains(two_back):
    """The command of the README, with --json: the loss next to the task's own yardsticks."""
    words = ["run", "two-back", "--model", "gru", "--plugin", str(two_back), "--steps", "4000", "--json"]
    done = subprocess.run([sys.executable, "-m", "seqtasks", *words], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    record = json.loads(done.stdout)
    assert record["task"] == "two-back"
    assert (record["chance"], record["memoryless"], record["optimum"]) == (0.25, 0.25, 0.0)
    assert record["loss"] < 0.5 * record["chance"]


@pytest.mark.tensorflow
def test_its_python_works(root, capsys):
    """The blocks under From Python, in one program: the first prints a solved task and the shape of its outputs."""
    text = (root / "README.md").read_text(encoding="utf-8").split("## From Python")[1].split("\n## ")[0]
    blocks = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    names = {}
    for block in blocks:
        exec(block, names)
    numbers, shape = capsys.readouterr().out.splitlines()
    loss, chance, skill, solved = numbers.split()
    assert float(loss) < 0.05 * float(chance)
    assert (chance, solved) == ("0.1875", "True")
    assert float(skill) > 0.95
    assert shape == "(4, 10, 1)"
    model = names["model"]
    assert model.fit([[[0.0], [1.0]], [[1.0], [0.0]]] * 20, [1, 0] * 20).predict([[[0.0], [1.0]]]) == [1]
    assert all(hasattr(model, method) for method in ("predict_proba", "partial_fit", "save"))
