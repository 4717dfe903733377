"""The tutorial on a series of one's own, followed word by word: scripts, commands, outputs, and pictures."""

import re
import shlex
import subprocess
import sys
from dataclasses import dataclass
from importlib.metadata import version

import numpy as np
import pytest
from matplotlib.image import imread

PAGE = "tutorial/own-series.md"
LEARNED = (
    "loss",
    " ",
    "skill",
    "Warning: The loss",
    "20",
    "21 of",
    "mean absolute error",
    "Predicted",
)  # lines whose numbers come from a trained network
COUNTED = ("trainer", "best epoch")  # lines whose numbers depend on when the training stops
NUMBER = re.compile(r"-?\d[\d,]*(?:\.\d+)?")
APART = 0.3  # relative difference of a trained network's numbers on another machine


@dataclass(frozen=True)
class Block:
    """A fence of the page: its language, the name of the file that it is saved as, and its text."""

    language: str
    name: str
    text: str


def blocks(text):
    found = re.findall(r"^(?:<!-- (\S+) -->\n)?```(\w+)\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    return [Block(language, name, body) for name, language, body in found]


def run(words, cwd):
    done = subprocess.run(words, cwd=cwd, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    return done.stdout, done.stderr


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("own")


@pytest.fixture
def made(page, folder):
    """The folder with the files that the first script writes."""
    (script,) = [block for block in blocks(page(PAGE)) if block.name == "make_series.py"]
    if not (folder / "load.csv").exists():
        run([sys.executable, "-c", script.text], folder)
    return folder


def typed(command, folder):
    """What a command prints; stdout goes to a file where the page says so."""
    words, _, path = command.partition(" > ")
    out, err = run([sys.executable, "-m", *shlex.split(words)], folder)
    if path:
        (folder / path).write_text(out)
    return out, err


def agree(shown, printed):
    """Whether a line is the one shown, but for the time of a run and the last digits of what a network learned."""
    if shown.startswith("speed"):
        return printed.startswith("speed")
    if shown == printed:
        return True
    if not shown.startswith((*LEARNED, *COUNTED)) or NUMBER.sub("#", shown) != NUMBER.sub("#", printed):
        return False
    pairs = zip(numbers(shown), numbers(printed), strict=True)
    return shown.startswith(COUNTED) or all(a == pytest.approx(b, rel=APART, abs=0.05) for a, b in pairs)


def numbers(line):
    return [float(number.replace(",", "")) for number in NUMBER.findall(line)]


def missing_lines(block, printed):
    """The lines of a block that are not printed, in this order."""
    rest = iter(printed.splitlines())
    return [line for line in block.text.splitlines() if not any(agree(line, other) for other in rest)]


def test_a_shown_line_agrees_with_the_printed_one_up_to_what_is_learned():
    """Losses may differ a little; baselines, names and counts of the file may not."""
    assert agree("loss       0.7243 ± 0.1107 on fresh data", "loss       0.7000 ± 0.1000 on fresh data")
    assert not agree("loss       0.7243 ± 0.1107 on fresh data", "loss       0.2000 ± 0.1000 on fresh data")
    assert not agree("chance     1.1827  persistence", "chance     1.1828  persistence")
    assert not agree("load    numbers         6        target", "load    numbers         7        target")
    assert not agree("skill      0.388  1 is no error", "skill      0.388  2 is no error at all")


def test_the_first_script_writes_what_the_page_shows(page, made):
    """The first lines, and as many missing cells and absent hours as the text counts."""
    lines = (made / "load.csv").read_text().splitlines()
    head = next(block for block in blocks(page(PAGE)) if block.text.startswith("time,load,temp,sky,remark"))
    assert head.text.splitlines() == lines[:3]
    assert (len(lines) - 1, 120 * 24 - 30) == (2850, 2850)
    cells = [line.split(",") for line in lines]
    assert [sum(row[column] == "" for row in cells) for column in (1, 2)] == [6, 40]
    assert len((made / "tomorrow.csv").read_text().splitlines()) == 1 + 24


def test_show_prints_what_the_page_shows(page, made):
    """The description, line by line and to the last digit, the error, and the picture."""
    shown = blocks(page(PAGE))
    command = next(block.text for block in shown if block.text.startswith("seqtasks show"))
    out, err = typed(command.strip(), made)
    assert err == ""
    overview = next(block for block in shown if block.text.startswith("rows  "))
    problem = next(block for block in shown if block.text.startswith("The steps of"))
    assert out.endswith(f"\n{overview.text}\n{problem.text}")


def test_pictures_of_the_page_are_light_and_described(page, root):
    """Below 100 kB each, with a text for readers who do not see them."""
    pictures = re.findall(r"!\[([^\]]*)\]\(([^)]*)\)", page(PAGE))
    assert [path for _, path in pictures] == ["own-series/series.png", "own-series/forecast.png"]
    for words, path in pictures:
        assert len(words) > 50
        assert (root / "docs/tutorial" / path).stat().st_size < 100_000


def difference(root, folder, name):
    """The mean difference of the page's picture and the one that the command draws: of each channel from 0 to 1."""
    ours, drawn = (imread(path)[..., :3] for path in (root / "docs/tutorial/own-series" / name, folder / name))
    assert ours.shape == drawn.shape
    return float(np.abs(ours - drawn).mean())


def pinned(root, name):
    """The version of a library that drew the pictures."""
    return re.search(rf"^{name}==(\S+)$", (root / "constraints.txt").read_text(), re.MULTILINE)[1]


@pytest.mark.slow
@pytest.mark.tensorflow
def test_the_whole_page_in_order(page, root, made):
    """Every script and command runs, and every output is printed; the pictures are those of the commands."""
    printed, commands = "", 0
    for block in blocks(page(PAGE)):
        if block.language == "bash":
            printed = ""
            for command in block.text.strip().splitlines():
                out, err = typed(command, made)
                printed += err + "\n" + out
                commands += 1
                path = command.partition(" > ")[2]
                printed += (made / path).read_text() if path else ""
        elif block.language == "python":
            out, _ = run([sys.executable, "-c", block.text], made)
            printed = (made / "load.csv").read_text() if block.name == "make_series.py" else out
        else:
            assert missing_lines(block, printed) == []
    assert commands == 7
    if version("matplotlib") == pinned(root, "matplotlib"):  # others place ticks and labels elsewhere
        for name in ("series.png", "forecast.png"):
            assert difference(root, made, name) < 0.05
