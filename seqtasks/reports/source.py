"""Where the runs of a report come from: a store, or results in memory."""

import json
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, final

from seqtasks.comparison.configuration import Method, Run
from seqtasks.running.request import RunRequest
from seqtasks.running.result import Result
from seqtasks.store.details import measures_of, stored_budgets, stored_curves, stored_records
from seqtasks.store.query import Selection, stored_runs

Curve = tuple[Sequence[float], Sequence[float | None]]  # steps, losses


@final
@dataclass(frozen=True)
class Facts:
    """What the request and the record of a run say of its configuration.

    Args:
        request: The request as plain values.
        record: The record as plain values; None of a run that failed.
    """

    request: Mapping[str, Any]
    record: Mapping[str, Any] | None


class AbstractSource(ABC):
    """Runs, and on demand the facts and the training curves of some of them."""

    @property
    @abstractmethod
    def name(self) -> str:
        """What the runs come from, in words."""

    @abstractmethod
    def runs(self) -> list[Run]:
        """All runs."""

    @abstractmethod
    def facts(self, keys: Sequence[str]) -> Mapping[str, Facts]:
        """The facts of the runs with these keys.

        Args:
            keys: Their keys.
        """

    @abstractmethod
    def curves(self, keys: Sequence[str]) -> Mapping[str, Curve]:
        """The training curves of the runs with these keys; a run without one is left out.

        Args:
            keys: Their keys.
        """


@final
class StoreSource(AbstractSource):
    """The runs of a store.

    Args:
        path: The store.
        selection: Which runs; None for all.
        keys: Only the runs with these keys; None for all.
    """

    def __init__(self, path: Path, selection: Selection | None = None, keys: Iterable[str] | None = None) -> None:
        self._path = path
        self._selection = selection
        self._keys = None if keys is None else set(keys)

    @property
    def name(self) -> str:
        """The name of the file."""
        return self._path.name

    def runs(self) -> list[Run]:
        """All selected runs; each replica is one."""
        budgets = stored_budgets(self._path, self._selection)
        found: list[Run] = []
        for each in stored_runs(self._path, self._selection):
            budget = budgets.get(each.key)
            if budget is None or (self._keys is not None and each.key not in self._keys):
                continue
            method = Method(each.model, each.trainer, budget_text(budget.steps, budget.epochs, budget.dtype))
            run = Run(each.key, each.task, method, *each[4:12], each.error, each.finished)
            run = run._replace(version=_stored_version(budget.seqtasks, budget.plugins, budget.data))
            if budget.measures is not None:
                run = _measured(run, json.loads(budget.measures))
            found += [run] if budget.replicas is None else _replicas(run, Result.from_json(budget.replicas))
        return found

    def facts(self, keys: Sequence[str]) -> Mapping[str, Facts]:
        """From the table of records."""
        return {key: Facts(request, record) for key, request, record in stored_records(self._path, keys)}

    def curves(self, keys: Sequence[str]) -> Mapping[str, Curve]:
        """From the table of records."""
        return {key: (curve["step"], curve["loss"]) for key, curve in stored_curves(self._path, keys)}


@final
class ResultSource(AbstractSource):
    """Results in memory.

    Args:
        results: Each request with its result.
    """

    def __init__(self, results: Iterable[tuple[RunRequest, Result]]) -> None:
        self._results = {str(number): pair for number, pair in enumerate(results)}

    @property
    def name(self) -> str:
        """That they are in memory."""
        return "results in memory"

    def runs(self) -> list[Run]:
        """All runs; each replica is one."""
        return [run for key, (request, result) in self._results.items() for run in _of_result(key, request, result)]

    def facts(self, keys: Sequence[str]) -> Mapping[str, Facts]:
        """From the requests and the results."""
        return {key: self._facts(*self._results[key]) for key in keys if key in self._results}

    def _facts(self, request: RunRequest, result: Result) -> Facts:
        asked = {
            name: getattr(request, name) for name in ("task", "model", "trainer", "steps", "epochs", "seed", "dtype")
        }
        labels = dict(zip(("task", "model", "trainer"), request.specs, strict=True))
        plugins = [asdict(each) for each in request.plugins]
        return Facts(asked | {"labels": labels, "plugins": plugins}, result.record())

    def curves(self, keys: Sequence[str]) -> Mapping[str, Curve]:
        """From the results; of replicas, the medians."""
        histories = {key: self._results[key][1].history for key in keys if key in self._results}
        return {key: (each["step"], each["loss"]) for key, each in histories.items() if each["step"]}


def budget_text(steps: int | None, epochs: int | None, dtype: str) -> str:
    """The budget and the precision in words, where they are not the default.

    Args:
        steps: The budget in time steps.
        epochs: The budget in passes over a fixed set.
        dtype: The precision.

    Example:
        >>> budget_text(20_000, None, "float32"), budget_text(None, 3, "float64"), budget_text(None, None, "float32")
        ('20,000 steps', '3 epochs, float64', '')
    """
    words = [f"{steps:,} steps"] if steps is not None else [f"{epochs:,} epochs"] if epochs is not None else []
    return ", ".join([*words, dtype] if dtype != "float32" else words)


def _measured(run: Run, record: Mapping[str, Any]) -> Run:
    return run._replace(**measures_of(record)._asdict())


def _of_result(key: str, request: RunRequest, result: Result) -> Iterator[Run]:
    task, model, trainer = request.specs
    plugins = {plugin.name: plugin.version for plugin in request.plugins}
    run = Run(
        key,
        task,
        Method(model, trainer, budget_text(request.steps, request.epochs, request.dtype)),
        result.seed,
        result.status,
        result.skill,
        result.solved,
        result.loss,
        result.parameters,
        result.steps,
        sum(result.seconds.values()),
        version=_version(result.versions.get("seqtasks"), plugins, request.data),
    )
    run = _measured(run, result.record())
    yield from [run] if result.replicas is None else _replicas(run, result)


@lru_cache(maxsize=4096)
def _stored_version(seqtasks: str | None, plugins: str, data: str) -> str:
    return _version(seqtasks, {each["name"]: each["version"] for each in json.loads(plugins)}, data)


def _version(seqtasks: str | None, plugins: Mapping[str, str], data: str) -> str:
    """What the key of a request depends on, apart from its settings; empty if it is unknown."""
    return "" if seqtasks is None else json.dumps([seqtasks, sorted(plugins.items()), data])


def _replicas(run: Run, result: Result) -> Iterator[Run]:
    """A run for each replica; only the first has the key, which leads to the median of the curves."""
    for number, one in enumerate(result.replicas or ()):
        yield _measured(run, one)._replace(
            key=run.key if number == 0 else f"{run.key}/{one['seed']}",
            seed=one["seed"],
            status=one["status"],
            skill=one["skill"],
            solved=one["solved"],
            loss=one["loss"],
        )
