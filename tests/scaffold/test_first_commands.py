"""The commands that ``seqtasks new-plugin`` prints, typed in that order where pytest is not installed."""

import json
import os
import subprocess
import sys
import zipfile
from importlib.metadata import distribution
from pathlib import Path

import pytest

ABSENT = ("pytest", "ruff", "iniconfig")  # what the extra ``test`` of a new package has to bring


def own(name):
    """The files of an installed distribution, by their paths in its folder."""
    found = distribution(name)
    return {str(file): Path(found.locate_file(file)) for file in found.files or () if "__pycache__" not in str(file)}


def wheel(name, folder):
    """A wheel made of what is installed; scripts that pip writes itself are left out."""
    found = distribution(name)
    label = f"{name}-{found.version}"
    with zipfile.ZipFile(folder / f"{label}-py3-none-any.whl", "w") as packed:
        names = []
        for path, file in own(name).items():
            target = f"{label}.data/scripts/{file.name}" if path.startswith("..") else path
            binary = not path.startswith("..") or file.read_bytes().startswith(b"\x7fELF")
            if binary and file.name not in ("RECORD", "INSTALLER", "REQUESTED", "direct_url.json"):
                packed.write(file, target)
                names.append(target)
        record = f"{label}.dist-info/RECORD"
        packed.writestr(record, "".join(f"{each},,\n" for each in [*names, record]))


@pytest.fixture
def environment(tmp_path):
    """As the README's first command leaves it: seqtasks and what it needs, pip, and no pytest."""
    hidden = {path.split("/")[0] for name in ABSENT for path in own(name)}
    venv, view, wheels = (tmp_path / name for name in ("venv", "view", "wheels"))
    view.mkdir()
    wheels.mkdir()
    for place in [Path(place) for place in sys.path if place.endswith("site-packages")]:
        for file in place.iterdir():
            if file.name not in hidden and file.suffix != ".pth" and not (view / file.name).exists():
                (view / file.name).symlink_to(file)
    for name in ABSENT:
        wheel(name, wheels)
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", venv], check=True)
    (site,) = venv.glob("lib/python*/site-packages")
    (site / "view.pth").write_text(f"{view}\n{Path(__file__).parents[2]}\n")
    for script, module in (("pip", "pip"), ("seqtasks", "seqtasks")):
        path = venv / "bin" / script
        path.write_text(f'#!/bin/sh\nexec "{venv}/bin/python" -m {module} "$@"\n')
        path.chmod(0o755)
    offline = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(wheels), "PIP_NO_BUILD_ISOLATION": "0"}  # 0 leaves it out
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "PYTEST", "PYTHON"))}
    return kept | offline | {"PATH": f"{venv}/bin:{os.environ['PATH']}", "VIRTUAL_ENV": str(venv)}


@pytest.mark.tensorflow
def test_each_works_when_it_is_typed(environment, tmp_path):
    """From installing to the package's own tests, with none left out: a minute, of which training is the most."""
    work = tmp_path / "work"
    work.mkdir()

    def typed(line):
        return subprocess.run(
            ["bash", "-c", line], cwd=work, env=environment, capture_output=True, text=True, check=False
        )

    assert typed("python -c 'import pytest'").returncode == 1
    made = typed("seqtasks new-plugin two-back --kind task --json")
    assert made.returncode == 0, made.stderr
    commands = json.loads(made.stdout)["next"]
    assert [line.split()[0] for line in commands] == ["pip", "seqtasks", "seqtasks", "seqtasks", "pytest"]
    outputs = []
    for line in commands:
        done = typed(line)
        assert done.returncode == 0, f"{line}\n{done.stdout[-3000:]}{done.stderr[-3000:]}"
        outputs.append(done.stdout)
    _, listed, ran, checked, tested = outputs
    assert "two-back" in [line.split()[0] for line in listed.splitlines()]
    assert "task       two-back\n" in ran
    assert "none failed" in checked
    assert " passed" in tested
