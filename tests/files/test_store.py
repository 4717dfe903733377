"""Network files: exactly the same network comes back, or one sentence says why not."""

import io
import json
import os
import pickle
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from seqtasks.catalogue.host import Host
from seqtasks.core.recipe import GroupRecipe, Recipe
from seqtasks.core.task import Encoding, GroupEncoding, Output, Shapes
from seqtasks.errors import DataError, UsageError
from seqtasks.files import network_file, store

PLUGIN = str(Path(__file__).parents[1] / "support" / "numpy_plugin.py")
SHARED = [HealthCheck.function_scoped_fixture]  # nothing changes a host
REAL = Shapes(inputs=2, outputs=1)


@pytest.fixture
def host():
    """A catalogue with a model that needs NumPy alone."""
    return Host.start([PLUGIN])


def trained(host, model="elman:units=3", shapes=REAL, seed=1, encoding=None):
    network = host.make("models", host.spec("models", model)).build(shapes, seed)
    return store.Stored(network, encoding or Encoding.plain(shapes), model, task="prev-bit:p=0.25")


def saved(folder, host, **what):
    path = Path(folder) / "a.net"
    result = trained(host, **what)
    store.save(network_file.target(str(path), False), result, host, {"python": "3.11.0"})
    return path, result


def parts(path):
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def rewritten(path, **changes):
    """The file with members replaced, removed (None) or, for ``manifest``, fields replaced."""
    members = parts(path)
    manifest = json.loads(members[network_file.MANIFEST])
    manifest |= changes.pop("manifest", {})
    members |= {network_file.MANIFEST: json.dumps(manifest).encode()} | changes
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            if content is not None:
                archive.writestr(name, content)
    return path


def npy(array, **options):
    buffer = io.BytesIO()
    np.save(buffer, array, **options)
    return buffer.getvalue()


@settings(max_examples=25, suppress_health_check=SHARED)
@given(
    units=st.integers(1, 64),
    inputs=st.integers(1, 5),
    outputs=st.integers(2, 4),
    kind=st.sampled_from(["real", "binary", "class"]),
    symbols=st.booleans(),
    seed=st.integers(0, 99),
)
def test_round_trip(host, units, inputs, outputs, kind, symbols, seed):
    """Weights, shapes, encoding and specs come back, to the bit, for any shapes."""
    shapes = Shapes(inputs, outputs if kind == "class" else 1, kind, symbols)
    with tempfile.TemporaryDirectory() as folder:
        path, result = saved(folder, host, model=f"elman:units={units}", shapes=shapes, seed=seed)
        back = store.load(path, host)
    assert [a.tobytes() for a in back.network.weights()] == [a.tobytes() for a in result.network.weights()]
    assert (back.network.shapes, back.encoding, back.model, back.task) == (
        shapes,
        result.encoding,
        result.model,
        result.task,
    )


def test_encoding_comes_back(host, tmp_path):
    """Names in any script, and numbers to the last bit."""
    encoding = Encoding(
        ("día", 'a "b", c'),
        (0.1, -1e300),
        (1 / 3, 5e-324),
        (Output("Größe", 3, 2 / 3, 1e-9, reference=4),),
        lags=(0, 7),
    )
    path, _ = saved(tmp_path, host, encoding=encoding)
    assert store.load(path, host).encoding == encoding


def test_same_network_is_the_same_file(host, tmp_path):
    """Byte for byte, so that files can be compared and cached."""
    (tmp_path / "b").mkdir()
    assert saved(tmp_path, host)[0].read_bytes() == saved(tmp_path / "b", host)[0].read_bytes()


def damage(content, where, how):
    at = where % len(content)
    if how == 0:
        return content[:at]
    return content[:at] + bytes([content[at] ^ how]) + content[at + 1 :]


@settings(max_examples=400, suppress_health_check=SHARED)
@given(where=st.integers(0, 10**6), how=st.integers(0, 255))
def test_damage_is_found(host, tmp_path_factory, where, how):
    """Any truncation and any changed byte: a DataError, or exactly the weights that were saved."""
    folder = tmp_path_factory.mktemp("damage")
    path, result = saved(folder, host)
    path.write_bytes(damage(path.read_bytes(), where, how))
    network_file.is_network_file(path)
    try:
        arrays = store.load(path, host).network.weights()
    except DataError:
        return
    assert [a.tobytes() for a in arrays] == [a.tobytes() for a in result.network.weights()]


def refused(path, host):
    with pytest.raises(DataError) as caught:
        store.load(path, host)
    assert caught.value.message.startswith(str(path))
    assert caught.value.hint
    return caught.value.message.removeprefix(str(path))


def test_missing(host, tmp_path):
    """The hint says how a network file comes about."""
    assert refused(tmp_path / "no.net", host) == " does not exist."


@pytest.mark.parametrize("content", [b"", b"Dear diary", b"PK\x03\x04" + bytes(40)])
def test_other_files(host, tmp_path, content):
    """Empty, text, and something that begins like a zip."""
    path = tmp_path / "a.net"
    path.write_bytes(content)
    assert refused(path, host) == " is not a seqtasks network file, or is damaged: File is not a zip file."
    assert not network_file.is_network_file(path)


def test_folder(host, tmp_path):
    """A folder is no file."""
    assert refused(tmp_path, host) == " is not a seqtasks network file, or is damaged: Is a directory."


def test_other_zip(host, tmp_path):
    """A zip without a manifest, such as a Keras file."""
    with zipfile.ZipFile(tmp_path / "a.net", "w") as archive:
        archive.writestr("config.json", "{}")
    assert "it holds no seqtasks-network.json" in refused(tmp_path / "a.net", host)
    assert not network_file.is_network_file(tmp_path / "a.net")


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"format": 5}, "has format 5; this seqtasks reads formats 1 to 4"),
        (
            {"shapes": {"inputs": 3, "outputs": 1, "kind": "real", "symbols": False}},
            "its columns do not fit its shapes",
        ),
        ({"shapes": {"inputs": 0, "outputs": 1, "kind": "real", "symbols": False}}, "its shapes are"),
        ({"shapes": {"inputs": 2, "outputs": 1, "kind": "odd", "symbols": False}}, "its shapes are"),
        ({"shapes": {"inputs": 2}}, "TypeError"),
        ({"shapes": []}, "TypeError"),
        ({"weights": [[2, 3], [3, 3]]}, "its weights do not have the shapes of elman:units=3"),
        ({"model": "elman:units=4"}, "its weights do not have the shapes of elman:units=4"),
        ({"model": "elman:units=0"}, "needs the model elman: elman: units=0 is out of range"),
        ({"model": "nonesuch"}, "needs the model nonesuch: There is no model named 'nonesuch'"),
        ({"model": 3}, "needs the model 3"),
        ({"encoding": {}}, "KeyError"),
        ({"encoding": None}, "TypeError"),
    ],
)
def test_manifests_that_do_not_fit(host, tmp_path, fields, words):
    """The error names each defect, whatever the exception says."""
    assert words in refused(rewritten(saved(tmp_path, host)[0], manifest=fields), host)


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("columns", ["x0"], "its columns do not fit"),
        ("means", [0.0], "its columns do not fit"),
        ("scales", [1.0, 0.0], "it divides a column by 0"),
        ("means", [0.0, float("nan")], "its columns do not fit"),
        ("outputs", [{"column": "y", "ahead": 0, "mean": 0.0, "scale": 10**400, "reference": None}], "OverflowError"),
        ("outputs", [], "its columns do not fit"),
        ("lags", [0], "its columns do not fit"),
        ("lags", [0, -1], "it looks at later rows"),
        (
            "outputs",
            [{"column": "y", "ahead": 1, "mean": 0.0, "scale": 1.0, "reference": None, "change": True}],
            "it adds the change of a season to no reference",
        ),
        ("means", ["a", "b"], "ValueError"),
        ("classes", ["no", "yes"], "its columns do not fit"),
    ],
)
def test_encodings_that_do_not_fit(host, tmp_path, field, value, words):
    """Lengths and numbers are checked against the shapes."""
    path, _ = saved(tmp_path, host)
    encoding = json.loads(parts(path)[network_file.MANIFEST])["encoding"]
    assert words in refused(rewritten(path, manifest={"encoding": encoding | {field: value}}), host)


WEEKS = GroupRecipe((("x0", 0.5), ("sky", "wet")), 604800.0, "second", enforced=False)
SHOP = GroupEncoding("A", (0.1, 5.0), (1 / 3, 5e-324), (2.0,), (1e9,), WEEKS)
SHOPS = replace(Encoding.plain(REAL), recipe=Recipe(group="shop"), groups=(SHOP, replace(SHOP, label="B, 1")))


def test_what_groups_have_of_their_own_comes_back(host, tmp_path):
    """Bit for bit, with labels of any form."""
    path, _ = saved(tmp_path, host, encoding=SHOPS)
    assert store.load(path, host).encoding == SHOPS


def test_files_of_versions_that_refused_all_distances_are_read(host, tmp_path):
    """They do not say so: neither for a group nor for all."""
    path, _ = saved(tmp_path, host, encoding=SHOPS)
    encoding = json.loads(parts(path)[network_file.MANIFEST])["encoding"]
    for recipe in (encoding["recipe"], *(one["recipe"] for one in encoding["groups"])):
        del recipe["enforced"]
    found = store.load(rewritten(path, manifest={"encoding": encoding}), host).encoding
    assert found.recipe == SHOPS.recipe
    assert [one.recipe for one in found.groups] == [replace(WEEKS, enforced=True)] * 2


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("means", [0.0], "the columns of its group A do not fit its shapes"),
        ("output_scales", [1.0, 1.0], "the columns of its group A do not fit its shapes"),
        ("scales", [1.0, float("inf")], "the columns of its group A do not fit its shapes"),
        ("output_scales", [0.0], "its group A divides a column by 0"),
        ("recipe", {"fills": [["x0", None]]}, "its recipe fills in what is neither a number nor a label"),
        ("recipe", {"fills": [], "step": 1, "unit": "week", "day": 0}, "its recipe holds week and 0"),
        ("recipe", {"fills": [], "step": 1, "unit": "month", "day": 32}, "its recipe holds month and 32"),
    ],
)
def test_groups_that_do_not_fit(host, tmp_path, field, value, words):
    """Each group is checked against the shapes."""
    path, _ = saved(tmp_path, host, encoding=SHOPS)
    encoding = json.loads(parts(path)[network_file.MANIFEST])["encoding"]
    encoding["groups"][0][field] = value
    assert words in refused(rewritten(path, manifest={"encoding": encoding}), host)


def test_groups_without_a_column_are_refused(host, tmp_path):
    """Rows could not be told apart."""
    path, _ = saved(tmp_path, host, encoding=SHOPS)
    encoding = json.loads(parts(path)[network_file.MANIFEST])["encoding"]
    encoding["recipe"]["group"] = ""
    assert "its groups have no column" in refused(rewritten(path, manifest={"encoding": encoding}), host)


@pytest.mark.parametrize("manifest", [b"", b"[1]", b"{", b"\xff", b"[" * 100_000, b"null"])
def test_manifests_that_are_none(host, tmp_path, manifest):
    """No JSON, or JSON of another form, however deep."""
    path, _ = saved(tmp_path, host)
    words = refused(rewritten(path, **{network_file.MANIFEST: manifest}), host)
    assert words.startswith(" is not a seqtasks network file, or is damaged: ")


class Bomb:
    """Would run code if it were unpickled."""

    def __reduce__(self):
        return (exec, ("raise SystemExit('unpickled')",))


HUGE = (
    b"\x93NUMPY\x01\x00v\x00" + b"{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999,)}".ljust(117) + b"\n"
)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "There is no item named 'weights/0.npy'"),
        (b"", "ValueError"),
        (npy(np.zeros((2, 3), np.float64)), "is float64 (2, 3), not float32 (2, 3)"),
        (npy(np.zeros((3, 2), np.float32)), "is float32 (3, 2), not float32 (2, 3)"),
        (npy(np.zeros((2, 3), np.float32))[:-1], "ValueError"),
        (npy(np.zeros((99, 99), np.float32)), "is larger than float32 (2, 3)"),
        (HUGE, "is float32 (99999999999,), not float32 (2, 3)"),
        (npy(np.array([[Bomb()] * 3] * 2), allow_pickle=True), "is object (2, 3), not float32 (2, 3)"),
        (pickle.dumps(Bomb()), "ValueError"),
    ],
    ids=["gone", "empty", "dtype", "shape", "short", "large", "huge", "objects", "pickle"],
)
def test_arrays_that_do_not_fit(host, tmp_path, content, words):
    """Headers are read before any memory is taken, and nothing is ever unpickled."""
    assert words in refused(rewritten(saved(tmp_path, host)[0], **{"weights/0.npy": content}), host)


def test_plugin_is_named(tmp_path, host):
    """A file whose model came from a plugin says so where the plugin is missing."""
    path, _ = saved(tmp_path, host)
    with pytest.raises(DataError) as caught:
        store.load(path, Host.start())
    assert "needs the model elman: There is no model named 'elman'" in caught.value.message
    assert caught.value.hint == "If a plugin provides it, install the plugin or name it with --plugin."


def test_nothing_is_written_that_could_not_be_read(tmp_path, host):
    """A model without a name in the catalogue is refused, and so is a record without a network."""
    target = network_file.target(str(tmp_path / "a.net"), False)
    nameless = replace(trained(host), model="my.module:Class")
    with pytest.raises(UsageError, match=r"my\.module:Class is not in the catalogue"):
        store.save(target, nameless, host, {})
    with pytest.raises(UsageError, match="A result holds no network"):
        store.save_run(target, object(), host)
    assert list(tmp_path.iterdir()) == []


def test_what_a_model_needs_is_the_hint(tmp_path, host, write):
    """The error and hint of a model that cannot be built are passed on."""
    path = rewritten(saved(tmp_path, host)[0], manifest={"model": "broken"})
    write("broken_model.py", "import nonesuch\n\nclass Broken:\n    def __init__(self):\n        pass\n")
    with pytest.raises(DataError) as caught:
        store.load(path, Host.start([write("broken_plugin.py", BROKEN)]))
    assert caught.value.message.startswith(f"{path} needs the model broken: The model broken of ")
    assert " needs the module nonesuch, " in caught.value.message
    assert caught.value.hint == "install the package that brings nonesuch, perhaps one of that name"


BROKEN = """
from seqtasks import Entry, hookimpl

@hookimpl
def seqtasks_models():
    yield Entry("broken", "Needs what is not there.", "broken_model:Broken")
"""


def loaded_beside_another_back_end(path):
    """What a new process says that loads the file where Keras is set to a back end that it cannot import."""
    code = f"import seqtasks; print(seqtasks.load({str(path)!r}, [{PLUGIN!r}]).parameters)"
    environment = os.environ | {"KERAS_BACKEND": "nonsense"}
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=False)


def test_another_back_end_is_refused_before_keras_is_loaded(tmp_path, host):
    """Only for networks of Keras: a network of NumPy loads with any back end."""
    path, result = saved(tmp_path, host)
    assert loaded_beside_another_back_end(path).stdout == f"{result.network.parameters}\n"
    refusal = loaded_beside_another_back_end(rewritten(path, manifest={"model": "gru:units=3"})).stderr
    assert "needs the model gru: KERAS_BACKEND is 'nonsense'; seqtasks needs Keras on TensorFlow." in refusal
    assert "KERAS_BACKEND=tensorflow seqtasks ..." in refusal
