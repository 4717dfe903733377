"""Another Keras back end is refused before Keras is imported."""

import json
import os
import subprocess
import sys

import pytest

from seqtasks.errors import UsageError
from seqtasks.keras import backend


def home(tmp_path, text):
    (tmp_path / "keras.json").write_text(text)
    return {"KERAS_HOME": str(tmp_path)}


def test_variable_names_another():
    """The variable is quoted, and the hint keeps the user's shell as it is."""
    with pytest.raises(UsageError) as caught:
        backend.check({"KERAS_BACKEND": "jax"})
    assert caught.value.message == "KERAS_BACKEND is 'jax'; seqtasks needs Keras on TensorFlow."
    assert "KERAS_BACKEND=tensorflow seqtasks" in caught.value.hint


def test_file_names_another(tmp_path):
    """The file is named."""
    with pytest.raises(UsageError) as caught:
        backend.check(home(tmp_path, json.dumps({"backend": "torch"})))
    assert caught.value.message == (
        f"{tmp_path}/keras.json names the back end 'torch'; seqtasks needs Keras on TensorFlow."
    )


def test_file_in_the_home_folder(tmp_path):
    """Without KERAS_HOME it is ~/.keras/keras.json."""
    (tmp_path / ".keras").mkdir()
    (tmp_path / ".keras" / "keras.json").write_text('{"backend": "jax"}')
    with pytest.raises(UsageError, match="names the back end 'jax'"):
        backend.check({"HOME": str(tmp_path)})


def test_variable_overrides_the_file(tmp_path):
    """As in Keras itself."""
    backend.check(home(tmp_path, '{"backend": "jax"}') | {"KERAS_BACKEND": "tensorflow"})


@pytest.mark.parametrize("text", ["", "[]", "{", "{}", '{"backend": "tensorflow"}', '{"floatx": "float64"}'])
def test_files_that_keras_itself_puts_up_with(tmp_path, text):
    """No sense, or no back end in it: Keras goes on with TensorFlow."""
    backend.check(home(tmp_path, text))


def test_no_file(tmp_path):
    """A machine where Keras was never configured."""
    backend.check({"HOME": str(tmp_path)})


@pytest.mark.parametrize("package", ["seqtasks.keras", "seqtasks.models.gru"])
def test_importing_what_needs_keras_refuses_another(package):
    """Before Keras itself is imported."""
    code = (
        "import importlib, sys\n"
        "from seqtasks.errors import UsageError\n"
        f"try:\n    importlib.import_module({package!r})\n"
        "except UsageError as error:\n    print(error.message, 'keras' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        env=os.environ | {"KERAS_BACKEND": "jax"},
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "KERAS_BACKEND is 'jax'; seqtasks needs Keras on TensorFlow. False\n")
