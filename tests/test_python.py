"""The Python interface: the same call as the command line's."""

import warnings

import numpy as np
import pytest

import seqtasks
from seqtasks.errors import UsageError

PLUGIN = __file__.replace("test_python.py", "support/numpy_plugin.py")


def test_a_run_saves_and_draws(tmp_path):
    """The files of --save and --plot, and a network that reads back with the same weights."""
    net, png = tmp_path / "a.net", tmp_path / "a.png"
    result = seqtasks.run(
        "same-bit", model="elman", trainer="still", steps=50, save=str(net), plot=str(png), plugins=[PLUGIN]
    )
    assert png.read_bytes().startswith(b"\x89PNG")
    loaded = seqtasks.load(net, plugins=[PLUGIN])
    assert all((a == b).all() for a, b in zip(loaded.weights(), result.network.weights(), strict=True))


@pytest.mark.tensorflow
def test_a_network_in_double_precision_reads_back_in_double_precision(tmp_path):
    """The file records the precision, and the weights come back to the bit; the same seed draws others in single."""
    net = tmp_path / "a.net"
    double = seqtasks.run("prev-bit", model="gru:units=2", steps=50, dtype="float64", save=str(net), progress=False)
    single = seqtasks.run("prev-bit", model="gru:units=2", steps=50, progress=False)
    loaded = seqtasks.load(net).weights()
    assert {array.dtype.name for array in loaded} == {"float64"}
    assert all((a == b).all() for a, b in zip(loaded, double.network.weights(), strict=True))
    assert {array.dtype.name for array in single.network.weights()} == {"float32"}
    assert not np.allclose(single.network.weights()[0], double.network.weights()[0], atol=0.01)


def test_where_files_go_is_checked_before_the_run(tmp_path):
    """Nothing is trained for a file that cannot be written."""
    with pytest.raises(UsageError, match="does not exist"):
        seqtasks.run("same-bit", model="elman", trainer="still", save=str(tmp_path / "no" / "a.net"), plugins=[PLUGIN])


def test_two_files_of_one_name(tmp_path):
    """The picture does not replace the network."""
    path = str(tmp_path / "a.png")
    with pytest.raises(UsageError, match="save and plot both name"):
        seqtasks.run("same-bit", model="elman", trainer="still", save=path, plot=path, plugins=[PLUGIN])


def test_the_function_task_outlives_the_import_of_any_module():
    """No module of the package takes a public name."""
    for name in seqtasks.__all__:
        assert not hasattr(getattr(seqtasks, name), "__file__"), name
    assert seqtasks.task("prev-bit").depth == 2
    assert seqtasks.task("prev-bit").depth == 2


def test_a_name_that_is_not_there():
    """An AttributeError, as of any module."""
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        seqtasks.nothing  # noqa: B018 - asking is the test


def test_an_error_is_told_in_the_columns_own_unit_whatever_its_spread(tmp_path):
    """A column whose standard deviation is exactly 1 is still a column of a table."""
    path = tmp_path / "t.csv"
    path.write_text("y\n" + "0\n2\n2\n0\n" * 20)
    spec = f"table:path={path},target=y,kind=real,reference=mean,period=1"
    with pytest.warns(UserWarning, match="above that of mean, a forecast without a network"):
        result = seqtasks.run(spec, model="elman", trainer="still", steps=9, plugins=[PLUGIN])
    unit = {"column": "y", "rmse": pytest.approx(result.loss**0.5)}
    assert {name: result.own_unit[name] for name in unit} == unit
    assert result.own_unit["baselines"] == pytest.approx({"mean": 1.0, "persistence": 2.0**0.5})
    assert seqtasks.run("same-bit", model="elman", trainer="still", steps=9, plugins=[PLUGIN]).own_unit is None


def test_columns_that_are_left_out_are_warned_of(tmp_path):
    """One warning for each, and the same sentences as the task's notes."""
    path = tmp_path / "t.csv"
    path.write_text("y,day\n" + "1,1%\n2,2%\n4,3%\n" * 20)
    spec = f"table:path={path},target=y"
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        run = seqtasks.run(spec, model="elman", trainer="still", steps=9, plugins=[PLUGIN])
    notes = seqtasks.task(spec).notes
    assert [str(warning.message) for warning in caught] == [*notes, run.result.warning]
    assert notes[0].startswith('Column day is not an input, because row 1 is "1%", not a number.')
