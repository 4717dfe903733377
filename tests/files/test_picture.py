"""The picture of a run: what is drawn, where, and which names it may have."""

import os
import sys
from xml.etree import ElementTree

import pytest
from matplotlib.image import imread

from seqtasks.errors import MissingExtraError, UsageError
from seqtasks.files import picture
from seqtasks.running.result import Result


def result(**fields):
    steps = list(range(10, 2010, 10))
    losses = [0.2 + (0.15 if n % 2 else -0.15) for n in range(200)]
    plain = {
        "task": "prev-bit:p=0.25",
        "model": "gru:units=16",
        "trainer": "online:window=2",
        "seed": 3,
        "status": "done",
        "steps": 2000,
        "updates": 1999,
        "parameters": 929,
        "loss": 0.05,
        "loss_error": 0.001,
        "chance": 0.1875,
        "memoryless": 0.1875,
        "optimum": 0.0,
        "skill": 0.73,
        "solved": False,
        "own_unit": None,
        "steps_per_second": 1.0,
        "seconds": {},
        "history": {"step": steps, "loss": losses},
        "versions": {},
    }
    return Result(**(plain | fields))


@pytest.fixture
def drawn(tmp_path, monkeypatch):
    """``drawn(result)`` is the axes that were saved as an SVG file."""
    figures = []

    def draw(run, name="a.svg"):
        figure = picture._FIGURE.load()
        monkeypatch.setattr(
            figure, "savefig", lambda self, *a, **k: (figures.append(self), original(self, *a, **k))[1], raising=True
        )
        picture.draw(run, picture.target(str(tmp_path / name), False))
        return figures[-1].axes[0]

    original = picture._FIGURE.load().savefig
    return draw


def lines(axes):
    return {line.get_label(): line for line in axes.lines}


def test_png(tmp_path):
    """A PNG of 1125 by 630 dots with more than white in it."""
    picture.draw(result(), picture.target(str(tmp_path / "a.PNG"), False))
    image = imread(tmp_path / "a.PNG", format="png")
    assert image.shape == (630, 1125, 4)
    assert image[..., :3].min() < 0.5
    assert os.listdir(tmp_path) == ["a.PNG"]


def test_svg(tmp_path):
    """An SVG that an XML parser reads."""
    picture.draw(result(), picture.target(str(tmp_path / "a.svg"), False))
    assert ElementTree.parse(tmp_path / "a.svg").getroot().tag == "{http://www.w3.org/2000/svg}svg"


def test_curve_and_its_running_mean(drawn):
    """The curve as recorded, and a mean of 3 % of it: alternating losses become 0.2."""
    axes = drawn(result())
    assert list(lines(axes)["training, before each update"].get_ydata()) == result().history["loss"]
    assert list(lines(axes)["its running mean"].get_ydata())[5:] == pytest.approx([0.2] * 195)
    assert axes.get_title(loc="left") == "prev-bit, gru, online, seed 3"
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("time steps learned", "loss per step")


def test_yardsticks_are_named_beside_their_lines(drawn):
    """Two that agree are one line and one label."""
    axes = drawn(result())
    assert [(text.get_text(), text.xy[1]) for text in axes.texts] == [
        ("chance 0.1875\nmemoryless 0.1875", 0.1875),
        ("optimum 0", 0.0),
    ]
    assert sorted(line.get_ydata()[0] for line in axes.lines if len(line.get_ydata()) == 2) == [0.0, 0.1875]


def test_validation(drawn):
    """A curve of its own."""
    axes = drawn(result(history={"step": [5], "loss": [0.1], "validation": {"step": [5], "loss": [0.3]}}))
    assert list(lines(axes)["validation"].get_ydata()) == [0.3]


@pytest.mark.parametrize(
    ("loss", "label", "height"),
    [(0.05, "fresh data 0.05", 0.05), (4e9, "fresh data 4e+09, above the picture", 0.28125)],
)
def test_fresh_loss_stays_inside(drawn, loss, label, height):
    """A loss far above chance is a mark at the upper edge that says so."""
    assert lines(drawn(result(loss=loss)))[label].get_ydata()[0] == pytest.approx(height)


@pytest.mark.parametrize(
    "fields",
    [
        {"loss": None, "optimum": None, "memoryless": None, "history": {"step": [], "loss": []}, "steps": 0},
        {"chance": 0.0, "memoryless": None},
        {"optimum": 0.1875},
        {"history": {"step": [1], "loss": [float("inf")]}},
        {"history": {"step": list(range(100)), "loss": [float("nan")] * 100}},
    ],
)
def test_poor_records_are_drawn_without_a_warning(drawn, fields):
    """Nothing learned, a constant column, a hopeless task, a loss that is no number."""
    low, high = drawn(result(**fields)).get_ylim()
    run = result(**fields)
    assert low < (run.optimum or 0) <= run.chance < high


@pytest.mark.parametrize("name", ["a.pdf", "a", "", "/", "..", "png"])
def test_other_names(name):
    """PNG or SVG, by the name's ending."""
    with pytest.raises(UsageError, match="is neither PNG nor SVG by its name") as caught:
        picture.target(name, False)
    assert caught.value.hint.endswith(".png")


def test_other_files_are_kept(tmp_path):
    """A photograph in another format under that name is no picture of this kind; a picture is replaced."""
    (tmp_path / "a.png").write_bytes(b"\xff\xd8\xff photograph")
    with pytest.raises(UsageError, match="exists and is no PNG picture"):
        picture.target(str(tmp_path / "a.png"), False)
    (tmp_path / "a.png").write_bytes(picture.MAGIC["png"])
    picture.draw(result(), picture.target(str(tmp_path / "a.png"), False))
    assert (tmp_path / "a.png").stat().st_size > 1000


def test_without_matplotlib(tmp_path, monkeypatch):
    """The extra that brings it is named before the run."""
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(MissingExtraError, match="This needs matplotlib") as caught:
        picture.target(str(tmp_path / "a.png"), False)
    assert caught.value.hint == "pip install 'seqtasks[plot]'"
