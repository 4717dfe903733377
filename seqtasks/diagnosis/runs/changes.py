"""What to change in the request of a run, by the name of the fault."""

import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, final

from seqtasks.catalogue.host import Host
from seqtasks.errors import UsageError
from seqtasks.running.request import RunRequest
from seqtasks.spec.parameter import Piece, Raw
from seqtasks.spec.spec import Spec, build, split

SHELVES: Final = {"model": "models", "trainer": "trainers"}


@final
@dataclass(frozen=True)
class Change:
    """Other settings of a run.

    Args:
        model: Settings of the model, by their names; None for the default.
        trainer: Settings of the trainer.
        steps: The budget in time steps; None for that of the run.
        trainer_name: Another trainer, which takes over those settings that it has, too.
    """

    model: Mapping[str, Any] = field(default_factory=dict)
    trainer: Mapping[str, Any] = field(default_factory=dict)
    steps: int | None = None
    trainer_name: str | None = None

    def __or__(self, other: "Change") -> "Change":
        """Both changes; where they set the same, the second."""
        return Change(
            {**self.model, **other.model},
            {**self.trainer, **other.trainer},
            other.steps or self.steps,
            other.trainer_name or self.trainer_name,
        )

    @classmethod
    def all_of(cls, changes: Iterable["Change"]) -> "Change":
        """All changes together."""
        found = Change()
        for change in changes:
            found = found | change
        return found


def changed(request: RunRequest, change: Change, host: Host, **fields: Any) -> RunRequest:
    """The request with other settings.

    Args:
        request: The request.
        change: The settings.
        host: The catalogue.
        fields: Other arguments of :meth:`RunRequest.of`, such as ``seed`` and ``replicas``.

    Raises:
        UsageError: If the model or the trainer has no such setting.
    """
    _check_objects(request, host, {"model": change.model, "trainer": change.trainer or change.trainer_name})
    parts: dict[str, Any] = {
        "model": _with_settings("model", request.label("model"), change.model, host),
        "trainer": _with_settings("trainer", request.label("trainer"), change.trainer, host, change.trainer_name),
    }
    for kind, text in parts.items():
        same = text == request.label(kind)
        parts[kind] = request.objects.get(kind, text) if same else text
    given: dict[str, Any] = {
        "steps": request.steps if change.steps is None else change.steps,
        "epochs": None if change.steps is not None else request.epochs,
        "seed": request.seed,
        "dtype": request.dtype,
        **fields,
    }
    made = RunRequest.of(host, request.objects.get("task", request.label("task")), **parts, **given)
    return replace(made, plugins=request.plugins)


def command(request: RunRequest) -> str:
    """The command that executes a request; the budget and the seed only where they are not the defaults."""
    task, model, trainer = request.specs
    words = ["seqtasks", "run", task, "--model", model, "--trainer", trainer]
    for option, value in (("--steps", request.steps), ("--epochs", request.epochs), ("--seed", request.seed or None)):
        words += [] if value is None else [option, str(value)]
    return shlex.join(words)


def _with_settings(kind: str, text: str, settings: Mapping[str, Any], host: Host, name: str | None = None) -> str:
    if not settings and name is None:
        return text
    own, raws = split(text)
    shelf = SHELVES[kind]
    if name is not None:
        known = {parameter.name for parameter in host.signature(shelf, name).parameters}
        raws = {key: raw for key, raw in raws.items() if key.partition(".")[0] in known}
    for key, value in settings.items():
        raws.pop(key, None)
        if value is not None:
            raws[key] = Raw((Piece(str(value), quoted=False),))
    return str(build(shelf, host.resolve(shelf, name or own), raws, host))


def _check_objects(request: RunRequest, host: Host, settings: Mapping[str, Any]) -> None:
    """Check that objects of which settings change have a name in the catalogue.

    Raises:
        UsageError: If one has not.
    """
    for kind, one in request.objects.items():
        if settings.get(kind) and spec_of(request, kind, host) is None:
            raise UsageError(
                f"The {kind} is an object of {type(one).__name__}, of which no setting can be changed by name.",
                f"Pass the {kind} as a spec: a name, or NAME:key=value.",
            )


def spec_of(request: RunRequest, kind: str, host: Host) -> Spec | None:
    """The spec of the ``model`` or ``trainer`` of a request; None for an object of a class without a name."""
    one = request.objects.get(kind)
    if one is None:
        return host.spec(SHELVES[kind], request.label(kind))
    found = host.describe(SHELVES[kind], one)
    return found if found.name in host.shelf(SHELVES[kind]) else None


def has_setting(request: RunRequest, kind: str, setting: str, host: Host) -> bool:
    """Whether the model or the trainer of a request has a setting.

    Args:
        request: The request.
        kind: ``model`` or ``trainer``.
        setting: The name of the setting.
        host: The catalogue.
    """
    spec = spec_of(request, kind, host)
    return spec is not None and setting in spec.settings
