"""Parameter budgets: the largest networks that they allow."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from seqtasks.benchmarks.mistakes import Mistakes
from seqtasks.benchmarks.plan import Plan
from seqtasks.benchmarks.suite import Case
from seqtasks.benchmarks.work import units_for
from seqtasks.benchmarks.workers import AbstractWorkers
from seqtasks.catalogue.attempt import cause
from seqtasks.catalogue.host import Host
from seqtasks.errors import SeqtasksError, UsageError

Identity = tuple[Any, str, int, str]  # what the number of weights depends on: shapes, model, budget, precision

UNITS: Final = "units"


def with_units(plan: Plan, host: Host, workers: AbstractWorkers) -> tuple[Plan, list[str]]:
    """Set the units of each model to the most that its parameter budget allows.

    A budget is never exceeded, so that no model has an advantage by it.

    Args:
        plan: The plan of a suite.
        host: Where the names are looked up.
        workers: They build the networks, because that needs Keras.

    Returns:
        The plan, and a sentence for each size. A model that raises an error keeps its own units.

    Raises:
        UsageError: If a network of one unit is too large.
    """
    asked: dict[Identity, Case] = {}
    for case in plan.cases:
        if case.parameters is not None:
            asked.setdefault(_identity(host, case), case)
    futures = {}
    for number, (identity, case) in enumerate(asked.items()):
        sources = [plugin.source for plugin in case.request.plugins if plugin.source]
        words = (sources, case.request.task, case.request.label("model"), case.parameters, case.request.dtype)
        futures[identity] = workers.submit(number % workers.size, units_for, *words)
    mistakes, sizes, unknown = Mistakes(plan.suite.name), {}, []
    for identity, future in futures.items():
        with mistakes.at(()):
            try:
                sizes[identity] = future.result()
            except UsageError:
                raise
            except Exception as error:  # of the model; its runs are rows with their errors, and the rest goes on
                unknown.append(_unknown(asked[identity], error))
    mistakes.check()
    ladders = tuple(tuple(_sized(host, case, sizes) for case in ladder) for ladder in plan.ladders)
    return replace(plan, ladders=ladders), [*_sentences(asked, sizes), *unknown]


def _identity(host: Host, case: Case) -> Identity:
    shapes = host.make("tasks", host.spec("tasks", case.request.task)).shapes
    return shapes, case.request.model, case.parameters or 0, case.request.dtype


def _sized(host: Host, case: Case, sizes: Mapping[Identity, tuple[int, int]]) -> Case:
    identity = _identity(host, case)
    if case.parameters is None or identity not in sizes:
        return case
    units, _ = sizes[identity]
    model = host.spec("models", case.request.label("model"), {UNITS: units})
    labels = {**case.request.labels, "model": str(model)}
    return replace(case, request=replace(case.request, model=model.recorded(), labels=labels))


def _unknown(case: Case, error: Exception) -> str:
    sentence = error.message if isinstance(error, SeqtasksError) else f"{cause(error)}."
    return f"{case.request.label('model')}: no size is found for {case.parameters:,} parameters. {sentence}"


def _sentences(asked: Mapping[Identity, Case], sizes: Mapping[Identity, tuple[int, int]]) -> Iterator[str]:
    for identity, (units, weights) in sizes.items():
        case, (shapes, *_) = asked[identity], identity
        counted = ((shapes.inputs, "input"), (shapes.outputs, "output"))
        inputs, outputs = (f"{number} {word}{'s' * (number > 1)}" for number, word in counted)
        yield (
            f"{case.request.label('model')}, {inputs}, {outputs}: "
            f"{units} units, {weights:,} of {case.parameters:,} parameters."
        )
