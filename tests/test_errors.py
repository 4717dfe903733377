"""What an error says to whom."""

import traceback

import pytest

import seqtasks
from seqtasks.errors import DataError, MissingExtraError, PluginError, SeqtasksError, UsageError
from seqtasks.files.locked_folder import LockedFolder


def test_a_traceback_shows_the_hint_and_the_message_stays_one_sentence():
    """Who calls from Python reads the next step below the error."""
    error = UsageError("units is 0.", "Give an integer from 1.")
    assert str(error) == error.message == "units is 0."
    lines = "".join(traceback.format_exception(error)).splitlines()
    assert lines == ["seqtasks.errors.UsageError: units is 0.", "Give an integer from 1."]


def test_without_a_hint_nothing_is_added():
    """A traceback ends with the message."""
    assert traceback.format_exception(UsageError("units is 0.")) == ["seqtasks.errors.UsageError: units is 0.\n"]


@pytest.mark.parametrize(
    ("kind", "is_value_error"),
    [(UsageError, True), (DataError, True), (PluginError, False), (MissingExtraError, False), (SeqtasksError, False)],
)
def test_what_is_wrong_with_a_value_is_a_value_error(kind, is_value_error):
    """As everywhere in Python and scikit-learn; what is wrong with a plugin or an installation is none."""
    assert issubclass(kind, ValueError) == is_value_error
    assert issubclass(kind, SeqtasksError)


def test_errors_are_found_where_the_functions_are():
    """``except seqtasks.UsageError``, without knowing of a module."""
    assert (seqtasks.SeqtasksError, seqtasks.UsageError, seqtasks.DataError) == (SeqtasksError, UsageError, DataError)


def test_a_foreseen_error_is_not_taken_for_the_systems(tmp_path):
    """A ValueError of the system becomes an error of ours; our own stay as they are."""
    (tmp_path / "file").touch()
    for name, words in {
        "": "The name of the folder is empty.",
        str(tmp_path / "file"): f"{tmp_path}/file is not a folder.",
    }.items():
        with pytest.raises(UsageError) as caught:
            LockedFolder(name)
        assert caught.value.message == words
        assert caught.value.hint == "Name a folder; it is created if it does not exist."
