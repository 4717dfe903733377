"""The commands that run the configurations of a report again."""

import shlex
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePath
from typing import Any, Final

from seqtasks.comparison.configuration import Configuration
from seqtasks.reports.content import Content

MOST: Final = 50  # commands on a page


def commands(content: Content) -> list[str]:
    """A command for each configuration, at most 50: it runs the first seed, and names the others.

    Args:
        content: What the report states.
    """
    found = [row.configuration for row in content.rows][:MOST]
    facts = content.source.facts([each.runs[0].key for each in found])
    return [_command(facts[each.runs[0].key].request, each) for each in found if each.runs[0].key in facts]


def _command(request: Mapping[str, Any], configuration: Configuration) -> str:
    seeds = [run.seed for run in configuration.runs]
    labels: Mapping[str, str] = request.get("labels") or {}
    task, model, trainer = (labels.get(kind, request[kind]) for kind in ("task", "model", "trainer"))
    words = ["seqtasks", "run", task, "--model", model, "--trainer", trainer, *_budget(request)]
    line = shlex.join([*words, "--seed", str(seeds[0])])
    return line if len(seeds) == 1 else f"{line}   # {_seeds(seeds)}"


def _budget(request: Mapping[str, Any]) -> Iterator[str]:
    for name in ("steps", "epochs"):
        if request.get(name) is not None:
            yield from (f"--{name}", str(request[name]))
    if request.get("dtype", "float32") != "float32":
        yield from ("--dtype", request["dtype"])
    for plugin in request.get("plugins", ()):
        if plugin["source"]:  # a file's folder is nobody else's business
            yield from ("--plugin", PurePath(plugin["source"]).name)


def _seeds(seeds: Sequence[int]) -> str:
    if list(seeds) == list(range(seeds[0], seeds[-1] + 1)):
        return f"seeds {seeds[0]} to {seeds[-1]}"
    return f"seeds {', '.join(map(str, seeds))}"
