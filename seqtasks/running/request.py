"""The request for a run: a value that is checked before heavy imports, and that any process can execute."""

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from hashlib import sha256
from operator import index
from typing import Any, Final, Self, SupportsFloat, SupportsIndex, final

from seqtasks.catalogue.entry import DEFAULT_TRAINER
from seqtasks.catalogue.host import Host
from seqtasks.catalogue.required import RequiredPlugin, required_plugins
from seqtasks.catalogue.versions import installed_version
from seqtasks.core.dtype import check_dtype
from seqtasks.errors import DataError, PluginError, UsageError, quoted
from seqtasks.lazy import LazyImport
from seqtasks.running.data_file import data_digest
from seqtasks.spec.spec import Spec, build, split

MOST: Final = 10**15  # steps; a larger budget is a typing error
MOST_SEED: Final = 2**63 - 1
MOST_REPLICAS: Final = 10_000

_METRICS: Final = LazyImport("seqtasks.metrics:Metrics")
_CHECK_NAMES: Final = LazyImport("seqtasks.metrics:check_names")

SHELVES: Final = {"task": "tasks", "model": "models", "trainer": "trainers"}
METHODS: Final = {
    "task": "stream",
    "model": "build",
    "trainer": "learner",
}  # the method that identifies an object of each kind


@final
@dataclass(frozen=True)
class RunRequest:
    """A task, a model, a trainer, a budget and a seed. :meth:`of` builds one from a user's input.

    A request pickles, and reads back from its own JSON. Two requests are equal if they ask for the same run.

    Args:
        task: The task's spec as recorded: every setting, defaults included.
        model: The model's spec as recorded.
        trainer: The trainer's spec as recorded.
        steps: The budget in time steps over all lanes and sequences; None for the trainer's own.
        epochs: The budget in passes over a fixed set, for trainers that have one.
        seed: The seed of weights and data.
        replicas: R, how many networks to train side by side, with the seeds S, S + 1, ..., S + R - 1.
        dtype: The precision of weights, states and gradients: ``float32`` or ``float64``.
        metrics: The names of scikit-learn's scorers that the networks are judged by, next to the loss.
        data: The digest of the user's file that the task reads; empty if it reads none.
        plugins: The plugins that provide the names in the specs.
        labels: The specs as they are displayed: only the settings that differ from the defaults.
        objects: Python objects that stand in for specs, by ``task``, ``model`` and ``trainer``.

    Example:
        >>> request = RunRequest.of(Host.start(environ={}), "delay:lag=3", "gru", "online", units=8)
        >>> request.labels["model"], request == RunRequest.from_json(request.to_json())
        ('gru:units=8', True)
    """

    task: str
    model: str
    trainer: str
    steps: int | None = None
    epochs: int | None = None
    seed: int = 0
    replicas: int = 1
    dtype: str = "float32"
    metrics: tuple[str, ...] = ()
    data: str = ""
    plugins: tuple[RequiredPlugin, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict, compare=False, repr=False)
    objects: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def of(
        cls,
        host: Host,
        task: Any,
        model: Any,
        trainer: Any,
        *,
        steps: int | None = None,
        epochs: int | None = None,
        seed: int = 0,
        units: int | None = None,
        learning_rate: float | None = None,
        replicas: int = 1,
        dtype: str = "float32",
        metrics: Sequence[str] = (),
    ) -> Self:
        """Check a user's input and build the request.

        Args:
            host: Where names are looked up.
            task: A name, a spec, or a task.
            model: A name, a spec, or a model.
            trainer: A name, a spec, or a trainer; None for the task's default.
            steps: The budget in time steps.
            epochs: The budget in passes over a fixed set.
            seed: The seed of weights and data.
            units: Shorthand for the model's setting ``units``.
            learning_rate: Shorthand for the trainer's setting ``optimizer.learning_rate``.
            replicas: The number of networks.
            dtype: The precision.
            metrics: Names of scikit-learn's scorers.

        Raises:
            UsageError: If a name, a setting or a number is not valid.
            PluginError: If the trainer is None, and the task's proposal is not the spec of a trainer.
        """
        steps, epochs = _integer("steps", steps, 1, MOST), _integer("epochs", epochs, 1, MOST)
        if steps is not None and epochs is not None:
            raise UsageError("steps and epochs both set the budget.", "Leave one of them out.")
        replicas = _integer("replicas", replicas, 1, MOST_REPLICAS) or 1
        seed = _integer("seed", seed, 0, MOST_SEED - replicas + 1) or 0
        number = isinstance(learning_rate, SupportsFloat)
        if learning_rate is not None and not (number and 0 < float(learning_rate) < math.inf):
            raise UsageError(f"The learning rate is {learning_rate}.", "Use a finite number above 0, such as 0.001.")
        check_dtype(dtype)
        metrics = _names_of_metrics(metrics)
        if trainer is None:
            trainer = _default_trainer(host, task, learning_rate)
        parts = {"task": task, "model": model, "trainer": trainer}
        short: dict[str, dict[str, Any]] = {
            "task": {},
            "model": {"units": units},
            "trainer": {"optimizer.learning_rate": learning_rate},
        }
        specs = {kind: _spec(host, kind, one, short[kind]) for kind, one in parts.items()}
        return cls(
            **{kind: spec.recorded() for kind, spec in specs.items()},
            steps=steps,
            epochs=epochs,
            seed=seed,
            replicas=replicas,
            dtype=dtype,
            metrics=metrics,
            data=data_digest(specs["task"].settings),
            plugins=required_plugins(host, [(SHELVES[kind], spec) for kind, spec in specs.items()]),
            labels={kind: str(spec) for kind, spec in specs.items()},
            objects={kind: one for kind, one in parts.items() if not isinstance(one, str | Spec)},
        )

    @property
    def seeds(self) -> range:
        """The seed of each replica."""
        return range(self.seed, self.seed + self.replicas)

    def label(self, kind: str) -> str:
        """The spec of the ``task``, ``model`` or ``trainer`` as it is displayed."""
        return self.labels.get(kind) or str(getattr(self, kind))

    @property
    def specs(self) -> tuple[str, str, str]:
        """The specs of task, model and trainer as they are displayed."""
        return self.label("task"), self.label("model"), self.label("trainer")

    def key(self) -> str:
        """A digest of everything that the result depends on: the same on every machine.

        Raises:
            UsageError: If an object stands in for a spec, because no other process could tell what it is.
        """
        self._check_portable("key")
        plugins = sorted((plugin.name, plugin.version) for plugin in self.plugins)
        content = {**self._values(), "plugins": plugins, "seqtasks": installed_version("seqtasks")}
        return sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()

    def to_json(self) -> str:
        """The request as one JSON object.

        Raises:
            UsageError: If an object stands in for a spec.
        """
        self._check_portable("JSON")
        plugins = [asdict(plugin) for plugin in self.plugins]
        return json.dumps({**self._values(), "plugins": plugins, "labels": dict(self.labels)}, indent=2)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """The request that :meth:`to_json` wrote.

        Raises:
            DataError: If the text is not such a request.
        """
        try:
            content = json.loads(text)
            plugins = tuple(RequiredPlugin(**plugin) for plugin in content.pop("plugins"))
            return cls(**content | {"metrics": tuple(content.get("metrics", ()))}, plugins=plugins)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise DataError(
                f"The text is not a run request of seqtasks: {error}.", "Write one with RunRequest.to_json."
            ) from error

    def build(self, host: Host) -> tuple[Any, Any, Any]:
        """The task, the model and the trainer, imported now unless they are objects already.

        Raises:
            UsageError: If a metric does not fit the test data of the task.
        """
        task = self._build(host, "task")
        task.yardsticks()  # reads a table's file or checks a law, so that their errors come before a model is loaded
        self.check_metrics(task)
        return task, self._build(host, "model"), self._build(host, "trainer")

    def check_metrics(self, task: Any) -> None:
        """Check that the metrics are defined on the test data of the task.

        Args:
            task: The task.

        Raises:
            UsageError: If one of them is not.
        """
        if self.metrics:
            _METRICS(self.metrics, task.shapes, task.encoding).check(task.test(self.seed), "test")

    def _build(self, host: Host, kind: str) -> Any:
        if kind in self.objects:
            return self.objects[kind]
        return host.make(SHELVES[kind], host.spec(SHELVES[kind], str(getattr(self, kind))))

    def _values(self) -> dict[str, Any]:
        # without metrics or a file, a request has the key that it had before there were any
        empty = (name for name in ("metrics", "data") if not getattr(self, name))
        apart = ("plugins", "labels", "objects", *empty)
        return {each.name: getattr(self, each.name) for each in fields(self) if each.name not in apart}

    def _check_portable(self, what: str) -> None:
        for kind, one in self.objects.items():
            raise UsageError(
                f"This run has no {what}, because its {kind} is an object of {type(one).__name__}.",
                f"Pass the {kind} as a spec: a name, or NAME:key=value.",
            )


def _default_trainer(host: Host, task: Any, learning_rate: float | None) -> Spec:
    """The spec of the trainer that the task proposes, without its learning rate if the user sets another one.

    Raises:
        PluginError: If the proposal is not the spec of a trainer.
    """
    spec = host.spec("tasks", task) if isinstance(task, str | Spec) else host.describe("tasks", task)
    entry = host.shelf("tasks").get(spec.name)  # an object need not be of a class in the catalogue
    if entry is None or entry.trainer is None:
        return host.spec("trainers", DEFAULT_TRAINER)
    try:
        name, settings = split(entry.trainer)
        if learning_rate is not None:
            settings = {key: value for key, value in settings.items() if key != "optimizer.learning_rate"}
        return build("trainers", name, settings, host)
    except UsageError as error:
        raise PluginError(
            f"The task {entry.name} of {host.owner(entry)} proposes the trainer {quoted(entry.trainer)}, "
            f"which cannot be used: {error.message}",
            f"Choose a trainer yourself, such as {DEFAULT_TRAINER}. The author of the task must correct its entry.",
        ) from error


def _spec(host: Host, kind: str, part: Any, short: Mapping[str, Any]) -> Spec:
    """The spec of a text, a spec or an object."""
    if isinstance(part, str | Spec):
        return host.spec(SHELVES[kind], part, short)
    if not hasattr(part, METHODS[kind]):
        raise UsageError(
            f"{part!r} is not a {kind}.", f"Pass a name, a spec such as NAME:key=value, or a {kind} object."
        )
    for key, value in short.items():
        if value is not None:
            raise UsageError(
                f"{key} cannot be set next to {type(part).__name__}(...), which has a setting of its own.",
                f"Set it in {type(part).__name__}(...).",
            )
    return host.describe(SHELVES[kind], part)


def _names_of_metrics(metrics: str | Iterable[str]) -> tuple[str, ...]:
    """Each name once; of scorers that scikit-learn has."""
    if not isinstance(metrics, Iterable):
        raise UsageError(f"metrics is {metrics!r}.", 'metrics takes names of scorers, such as ["f1_macro", "r2"].')
    names = (metrics,) if isinstance(metrics, str) else tuple(dict.fromkeys(metrics))
    if names:
        _CHECK_NAMES(names)
    return names


def _integer(name: str, value: SupportsIndex | None, low: int, high: int) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, SupportsIndex) or not low <= index(value) <= high:
        raise UsageError(f"{name} is {value}.", f"{name} takes an integer from {low} to {high}.")
    return index(value)
