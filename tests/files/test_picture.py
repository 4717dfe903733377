"""The picture of a run: what is drawn, where, and which names it may have."""

import os
import sys
from xml.etree import ElementTree

import pytest
from matplotlib.image import imread

from seqtasks.errors import MissingExtraError, UsageError
from seqtasks.files import picture
from seqtasks.running.result import Result

SPECS = ("prev-bit:p=0.25", "gru", "online:window=2")


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

    def draw(run, name="a.svg", specs=SPECS):
        figure = picture._FIGURE.load()
        monkeypatch.setattr(
            figure, "savefig", lambda self, *a, **k: (figures.append(self), original(self, *a, **k))[1], raising=True
        )
        picture.draw(run, picture.target(str(tmp_path / name), False), specs)
        return figures[-1].axes[0]

    original = picture._FIGURE.load().savefig
    return draw


def lines(axes):
    return {line.get_label(): line for line in axes.lines}


def test_png(tmp_path):
    """A PNG of 1125 by 630 dots with more than white in it."""
    picture.draw(result(), picture.target(str(tmp_path / "a.PNG"), False), SPECS)
    image = imread(tmp_path / "a.PNG", format="png")
    assert image.shape == (630, 1125, 4)
    assert image[..., :3].min() < 0.5
    assert os.listdir(tmp_path) == ["a.PNG"]


def test_svg(tmp_path):
    """An SVG that an XML parser reads."""
    picture.draw(result(), picture.target(str(tmp_path / "a.svg"), False), SPECS)
    assert ElementTree.parse(tmp_path / "a.svg").getroot().tag == "{http://www.w3.org/2000/svg}svg"


def test_curve_and_its_running_mean(drawn):
    """The curve as recorded, and a mean of 3 % of it: alternating losses become 0.2."""
    axes = drawn(result())
    assert list(lines(axes)["training, before each update"].get_ydata()) == result().history["loss"]
    assert list(lines(axes)["its running mean"].get_ydata())[5:] == pytest.approx([0.2] * 195)
    assert axes.get_title(loc="left") == "prev-bit:p=0.25, gru, online:window=2, seed 3"
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
    [
        (0.05, "on fresh data after training: 0.05", 0.05),
        (4e9, "on fresh data after training: 4e+09, above the picture", 0.28125),
    ],
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


LONG = (
    "echo:lags=" + ",".join(map(str, range(1, 60))) + ",weights=" + ",".join(["0.01"] * 59),
    "gru:units=32,layers=2",
    f'table:path="{"x" * 200}$a$.csv"',
)


def test_long_title_is_broken_behind_commas(drawn):
    """Each spec begins a line, nothing of it is left out, and the picture is higher by the lines it takes."""
    axes = drawn(result(), specs=LONG)
    title = axes.get_title(loc="left")
    assert title.replace("\n", "") == "".join(LONG) + ", seed 3"
    assert max(map(len, title.split("\n"))) <= picture.WIDTH
    assert "\ngru:units=32,layers=2\ntable:" in title
    assert title.startswith("echo:lags=1,2,3,")
    assert axes.figure.get_figheight() == pytest.approx(picture.HEIGHT + picture.TITLE_LINE * title.count("\n"))
    box = axes.get_window_extent()
    assert box.height > 0.4 * picture.HEIGHT * axes.figure.dpi
    assert axes.figure.bbox.contains(*axes._left_title.get_window_extent().max)


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"history": {"step": [5, 9], "loss": [0.1, 0.2], "validation": {"step": [5], "loss": [0.3]}}, "loss": 4e9},
        {"loss": None, "status": "diverged"},
    ],
)
def test_legend_covers_nothing(drawn, fields):
    """It stands below the axes and inside the picture, and names the dot of fresh data."""
    axes = drawn(result(**fields))
    figure = axes.figure
    (legend,) = figure.legends
    box = legend.get_window_extent()
    assert not box.overlaps(axes.get_tightbbox())
    assert (box.x0 >= 0, box.y0 >= 0, box.x1 <= figure.bbox.x1) == (True, True, True)
    named = [text.get_text() for text in legend.get_texts()]
    assert any(text.startswith("on fresh data after training: ") for text in named) == ("status" not in fields)


def test_status_is_in_the_title(drawn):
    """A run that diverged or was interrupted says so."""
    titles = [drawn(result(status=status)).get_title(loc="left") for status in ("diverged", "interrupted", "done")]
    assert [title.rpartition(", seed 3")[2] for title in titles] == [", diverged", ", interrupted", ""]


def test_one_point_is_seen(drawn):
    """A line of one point would not be; and no step is a fraction."""
    one = drawn(result(history={"step": [1], "loss": [0.1]}, steps=1))
    assert lines(one)["training, before each update"].get_marker() == "."
    assert [tick for tick in one.get_xticks() if tick % 1] == []


@pytest.mark.parametrize("name", ["a.pdf", "a", "", "/", "..", "png"])
def test_other_names(name):
    """PNG or SVG, by the name's ending."""
    with pytest.raises(UsageError, match=r"ends in neither \.png nor \.svg") as caught:
        picture.target(name, False)
    assert caught.value.hint.endswith(".png")


def test_other_files_are_kept(tmp_path):
    """A photograph in another format under that name is no picture of this kind; a picture is replaced."""
    (tmp_path / "a.png").write_bytes(b"\xff\xd8\xff photograph")
    with pytest.raises(UsageError, match="exists and is not a PNG picture"):
        picture.target(str(tmp_path / "a.png"), False)
    (tmp_path / "a.png").write_bytes(picture.MAGIC["png"])
    picture.draw(result(), picture.target(str(tmp_path / "a.png"), False), SPECS)
    assert (tmp_path / "a.png").stat().st_size > 1000


def test_without_matplotlib(tmp_path, monkeypatch):
    """The error names the extra before the run."""
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(MissingExtraError, match="This needs matplotlib") as caught:
        picture.target(str(tmp_path / "a.png"), False)
    assert caught.value.hint == "pip install 'seqtasks[plot]'"
