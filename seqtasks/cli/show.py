"""``seqtasks show``: the description and the settings of a name, and eight steps of a task."""

from dataclasses import asdict
from typing import Annotated, Any

import typer

from seqtasks.catalogue.host import LISTED, Host
from seqtasks.cli import drawing, output
from seqtasks.cli.list import show_names
from seqtasks.cli.options import JsonOption, PluginOption, complete_names, start_host
from seqtasks.errors import SeqtasksError
from seqtasks.spec.parameter import REQUIRED, Parameter, Signature
from seqtasks.spec.source import docstring_body
from seqtasks.spec.spec import Spec, split

SHOWN = ("tasks", "models", "trainers", "optimizers", "initializers")


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
    json: JsonOption = False,
    plugin: PluginOption = None,
) -> None:
    """Show the description and the settings of a name.

    For a task, also show its first eight steps. For a kind, such as optimizers, list the names.
    """
    host = start_host(context, plugin)
    if name in LISTED and not any(name in host.shelf(shelf) for shelf in LISTED):
        show_names(host, name, json)
        return
    shelves = host.shelves_of(split(name)[0])
    if json:
        output.record([_record(host, shelf, name) for shelf in shelves])
        return
    for position, shelf in enumerate(shelves):
        if position:
            output.line()
        _print(host, shelf, name)


def _spec(host: Host, shelf: str, text: str) -> Spec | None:
    """The spec; None if it lacks required settings."""
    name, settings = split(text)
    needs = any(p.default is REQUIRED for p in host.signature(shelf, name).parameters)
    return None if needs and not settings else host.spec(shelf, text)


def _print(host: Host, shelf: str, text: str) -> None:
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
        _draw(host, name, spec)


def _draw(host: Host, name: str, spec: Spec | None) -> None:
    if spec is None:
        output.line(f"To see steps of {name}, set what is required: seqtasks show {name}:KEY=VALUE")
        return
    try:
        drawn = drawing.draw(host.make("tasks", spec))
    except SeqtasksError as error:
        output.line(f"The steps of {spec} cannot be shown: {error.message} {error.hint}".rstrip())
        return
    output.table(("t", "x", "y"), drawn.rows())
    for remark in drawn.remarks():
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


def _record(host: Host, shelf: str, text: str) -> dict[str, Any]:
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
    if shelf == "tasks" and spec:
        try:
            shown |= drawing.draw(host.make("tasks", spec)).record()
        except SeqtasksError as error:
            shown["not_drawn"] = error.message
    return shown


def _parameters(signature: Signature) -> list[dict[str, Any]]:
    return [
        asdict(p) | {"default": None if p.default is REQUIRED else p.default, "required": p.default is REQUIRED}
        for p in signature.parameters
    ]
