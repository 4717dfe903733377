"""``seqtasks show``: the description and the settings of a name, a user's data, and eight steps of a task."""

from dataclasses import asdict
from typing import Annotated, Any, Final

import typer

from seqtasks.catalogue.host import LISTED, Host
from seqtasks.cli import output, overview
from seqtasks.cli.drawing import Examined, examine
from seqtasks.cli.list import show_names
from seqtasks.cli.options import JsonOption, PluginOption, complete_names, start_host
from seqtasks.errors import UsageError
from seqtasks.lazy import LazyImport
from seqtasks.spec.parameter import REQUIRED, Parameter, Signature
from seqtasks.spec.source import docstring_body
from seqtasks.spec.spec import Spec, split

SHOWN = ("tasks", "models", "trainers", "observers", "optimizers", "initializers")

_TARGET: Final = LazyImport("seqtasks.files.picture:target")
_DRAW: Final = LazyImport("seqtasks.files.series_picture:draw")


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("show")(show)


def show(
    context: typer.Context,
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME_OR_SPEC",
            autocompletion=complete_names(*SHOWN),
            help="A name, a spec such as delay:lag=3, or a kind.",
        ),
    ],
    *,
    plot: Annotated[
        str | None, typer.Option(metavar="FILE", help="Draw the target of a table over time as .png or .svg.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Allow --plot to replace files of other kinds.")] = False,
    json: JsonOption = False,
    plugin: PluginOption = None,
) -> None:
    """Show the description and the settings of a name.

    For a task, also show its first eight steps; for a table, what its file holds. For a kind, such as optimizers, list
    the names.
    """
    picture_file = None if plot is None else _TARGET(plot, force)
    host = start_host(context, plugin)
    if name in LISTED and not any(name in host.shelf(shelf) for shelf in LISTED if shelf != "suites"):
        if plot is not None:
            raise _no_series(name)
        show_names(host, name, json)
        return
    shelves = host.shelves_of(split(name)[0])
    spec = _spec(host, "tasks", name) if "tasks" in shelves else None
    task = None if spec is None else examine(host, spec)
    if picture_file is not None:
        _plot(name, task, picture_file)
    if json:
        output.record([_record(host, shelf, name, task) for shelf in shelves])
        return
    for position, shelf in enumerate(shelves):
        if position:
            output.line()
        _print(host, shelf, name, task)


def _plot(name: str, task: Examined | None, file: Any) -> None:
    """Draw the target of a table.

    Raises:
        SeqtasksError: If there is none.
    """
    if task is not None and task.overview is not None:
        _DRAW(task.overview, file)
        return
    raise (task and task.problem) or _no_series(name)


def _no_series(name: str) -> UsageError:
    return UsageError(
        f"--plot draws the target of a table, and {name} has none.",
        "Leave out --plot, or name a table: seqtasks show table:path=FILE,target=COLUMN --plot series.png",
    )


def _spec(host: Host, shelf: str, text: str) -> Spec | None:
    """The spec; None if it lacks required settings."""
    name, settings = split(text)
    needs = any(p.default is REQUIRED for p in host.signature(shelf, name).parameters)
    return None if needs and not settings else host.spec(shelf, text)


def _print(host: Host, shelf: str, text: str, task: Examined | None) -> None:
    name = host.resolve(shelf, split(text)[0])
    signature = host.signature(shelf, name)
    spec = _spec(host, shelf, text)
    output.line(f"{spec or name} ({_kind(host, shelf, name)})")
    output.line()
    output.line(docstring_body(signature.doc) or host.shelf(shelf)[name].summary)
    if signature.parameters:
        output.line()
        output.table(("setting", "type", "default", "meaning"), [_row(host, p) for p in signature.parameters])
    if shelf == "tasks":
        output.line()
        _print_task(spec or name, task)


def _print_task(spec: Spec | str, task: Examined | None) -> None:
    if task is None:
        output.line(f"To see steps of {spec}, set what is required: seqtasks show {spec}:KEY=VALUE")
        return
    if task.overview is not None:
        for line in overview.head(task.overview):
            output.line(line)
        output.line()
        output.table(overview.COLUMNS, list(overview.rows(task.overview)))
        output.line()
        for line in overview.tail(task.overview):
            output.line(line)
        output.line()
    if task.drawing is None:
        problem = f"{task.problem.message} {task.problem.hint}".rstrip() if task.problem else ""
        output.line(f"The steps of {spec} cannot be shown: {problem}")
        return
    output.table(("t", "x", "y"), task.drawing.rows())
    for remark in task.drawing.remarks():
        output.line(remark)


def _kind(host: Host, shelf: str, name: str) -> str:
    return "cell" if shelf == "models" and name in host.shelf("cells") else shelf.removesuffix("s")


def _row(host: Host, parameter: Parameter) -> tuple[str, str, str, str]:
    return parameter.name, _type(parameter), _default(parameter), parameter.doc


def _type(parameter: Parameter) -> str:
    named = f"one of {parameter.shelf}" if parameter.shelf else ""
    return named or parameter.allowed().removeprefix(f"{parameter.name} takes ").removesuffix(".")


def _default(parameter: Parameter) -> str:
    if parameter.default is REQUIRED:
        return "required"
    return parameter.default if parameter.shelf else parameter.write(parameter.default)


def _record(host: Host, shelf: str, text: str, task: Examined | None) -> dict[str, Any]:
    name = host.resolve(shelf, split(text)[0])
    signature, entry = host.signature(shelf, name), host.shelf(shelf)[name]
    spec = _spec(host, shelf, text)
    shown: dict[str, Any] = {
        "name": name,
        "kind": _kind(host, shelf, name),
        "spec": str(spec) if spec else None,
        "recorded": spec.recorded() if spec else None,
        "summary": entry.summary,
        "target": entry.target,
        "plugin": host.owner(entry),
        "doc": signature.doc,
        "parameters": _parameters(signature),
    }
    if shelf == "tasks" and task is not None:
        shown["overview"] = None if task.overview is None else task.overview.record()
        if task.drawing is not None:
            shown |= task.drawing.record()
        if task.problem is not None:
            shown["not_drawn"] = task.problem.message
    return shown


def _parameters(signature: Signature) -> list[dict[str, Any]]:
    return [
        asdict(p) | {"default": None if p.default is REQUIRED else p.default, "required": p.default is REQUIRED}
        for p in signature.parameters
    ]
