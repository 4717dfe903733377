"""The forms of a report, and the files that hold them."""

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

from seqtasks.errors import MissingExtraError, UsageError
from seqtasks.files.output_file import OutputFile, begins_with
from seqtasks.lazy import LazyImport
from seqtasks.spec.spec import closest

if TYPE_CHECKING:
    from seqtasks.reports.source import AbstractSource

FORMS: Final = {"html": ".html", "png": ".png", "svg": ".svg", "csv": ".csv", "latex": ".tex", "markdown": ".md"}
TEXTS: Final = ("csv", "latex", "markdown")
TITLE: Final = "Comparison of methods"
STORE: Final = "store"  # the attribute of a frame of runs that names their store
RANKING: Final = "rank_by"  # that of a benchmark, which names the skill that its methods are ranked by

_BEGINS: Final = {
    "html": b'<!doctype html>\n<html lang="en" data-generator="seqtasks">',
    "png": b"\x89PNG\r\n\x1a\n",
    "svg": b"<?xml",
    "csv": b"task,model,trainer,budget,seeds,",
    "latex": b"% Comparison by seqtasks",
    "markdown": b"<!-- Comparison by seqtasks -->",
}
_NEEDS: Final = {"html": ("jinja2", "report"), "png": ("matplotlib", "plot"), "svg": ("matplotlib", "plot")}
_CONTENT: Final = LazyImport("seqtasks.reports.content:content")
_PAGE: Final = LazyImport("seqtasks.reports.page:page")
_DRAW: Final = LazyImport("seqtasks.reports.picture:draw")
_TEXT: Final = {form: LazyImport(f"seqtasks.reports.tables:as_{form}") for form in TEXTS}


def form_of(form: str | None, path: str | None) -> str:
    """The form that is asked for: by its name, else by the ending of the file, else ``html``.

    Args:
        form: The name of a form, or None.
        path: The file, or None.

    Raises:
        UsageError: If there is no such form, or the file has another ending.

    Example:
        >>> form_of(None, "paper/table.tex"), form_of(None, None)
        ('latex', 'html')
    """
    if form is not None:
        if form not in FORMS:
            raise UsageError(
                f"The format {form!r} does not exist.",
                f"{closest(form, list(FORMS))}A report is {', '.join(FORMS)}.",
            )
        return form
    if path is None:
        return "html"
    ending = Path(path).suffix.lower()
    found = next((name for name, own in FORMS.items() if own == ending), None)
    if found is None:
        raise UsageError(
            f"The name of the report {path!r} ends in none of {', '.join(FORMS.values())}.",
            f"Name it {Path(path).stem or 'report'}.html, or add --format.",
        )
    return found


def target(form: str, path: str, force: bool) -> OutputFile:
    """Check the file that a report will be written to.

    Args:
        form: The form.
        path: The file.
        force: Whether a file of another kind may be replaced.

    Raises:
        UsageError: If the file cannot be written.
        MissingExtraError: If what draws the form is not installed.
    """
    file = OutputFile(path, begins_with(_BEGINS[form]), f"report in {form}", force)
    package, extra = _NEEDS.get(form, ("", ""))
    if package and find_spec(package) is None:
        raise MissingExtraError(package, extra)
    return file


def text(form: str, source: "AbstractSource", tune: str | None = None, rank_by: str = "skill") -> str:
    """A report as text.

    Args:
        form: ``csv``, ``latex`` or ``markdown``.
        source: The runs.
        tune: A setting to choose on half of the seeds.
        rank_by: The skill that methods are ranked by: ``skill`` or ``prequential``.

    Raises:
        DataError: If no run has ended, or the store cannot be read.
    """
    found: str = _TEXT[form](_CONTENT(source, tune, rank_by))
    return found


def write(
    form: str,
    source: "AbstractSource",
    file: OutputFile,
    title: str = TITLE,
    command: str | None = None,
    tune: str | None = None,
    rank_by: str = "skill",
) -> None:
    """Write a report.

    Args:
        form: The form.
        source: The runs.
        file: Its file.
        title: The title of the page.
        command: The command that is written into the page.
        tune: A setting to choose on half of the seeds.
        rank_by: The skill that methods are ranked by: ``skill`` or ``prequential``.

    Raises:
        DataError: If no run has ended, the store cannot be read, or the file cannot be written.
    """
    content = _CONTENT(source, tune, rank_by)
    if form in ("png", "svg"):
        _DRAW(content, file, form)
        return
    made: str = _PAGE(content, title, command) if form == "html" else _TEXT[form](content)
    with file.opened() as out:
        out.write(made.encode())
