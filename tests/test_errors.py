"""What an error says to whom."""

import traceback

from seqtasks.errors import UsageError


def test_a_traceback_shows_the_hint_and_the_message_stays_one_sentence():
    """Who calls from Python reads the next step below the error."""
    error = UsageError("units is 0.", "Give an integer from 1.")
    assert str(error) == error.message == "units is 0."
    said = "".join(traceback.format_exception(error)).splitlines()
    assert said == ["seqtasks.errors.UsageError: units is 0.", "Give an integer from 1."]


def test_without_a_hint_nothing_is_added():
    """A traceback ends with the message."""
    assert traceback.format_exception(UsageError("units is 0.")) == ["seqtasks.errors.UsageError: units is 0.\n"]
