"""The file of a diagnosis as a page."""

from importlib.util import find_spec
from pathlib import Path
from typing import Final

from seqtasks.errors import MissingExtraError, UsageError
from seqtasks.files.output_file import OutputFile, begins_with

BEGINS: Final = b'<!doctype html>\n<html lang="en" data-generator="seqtasks">'


def page_target(path: str, force: bool) -> OutputFile:
    """Check the file that the page of a diagnosis will be written to.

    Args:
        path: The file.
        force: Whether a file of another kind may be replaced.

    Raises:
        UsageError: If its name does not end in ``.html``, or the file cannot be written.
        MissingExtraError: If Jinja2, which makes the page, is not installed.
    """
    if Path(path).suffix.lower() != ".html":
        raise UsageError(f"The name of the page {path!r} does not end in .html.", f"Name it {Path(path).stem}.html.")
    if find_spec("jinja2") is None:
        raise MissingExtraError("jinja2", "report")
    return OutputFile(path, begins_with(BEGINS), "page of a diagnosis", force)
