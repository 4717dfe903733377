"""Passes over a fixed set of sequences, watched or not, until they are over or no longer help."""

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Final

import numpy as np
from numpy.typing import NDArray

from seqtasks.core.network import Array
from seqtasks.core.trainer import AbstractTrainer
from seqtasks.estimators.lesson import Lesson
from seqtasks.estimators.outputs import outputs_at
from seqtasks.estimators.trained import Trained
from seqtasks.estimators.watchers import AbstractWatcher

Order = NDArray[np.intp]

AT_ONCE: Final = 2**16  # steps that are learned in one call, where nobody waits for news of each epoch
SMALL: Final = 2**13  # steps of a mini-batch that may be filled up for it


def one_pass(trained: Trained, lesson: Lesson, order: Order) -> float:
    """Learn every sequence once, in that order; the mean loss per step that counts, before its update.

    loss = sum w l / sum w
    """
    chunk = lesson.fed(order, trained.trainer.lanes)
    return _mean(trained.learner.learn(chunk), chunk.weights)


def loss_of(trained: Trained, lesson: Lesson) -> float:
    """The mean loss per step that counts, with the weights as they are."""
    chunk = lesson.chunk
    places = chunk.weights > 0
    outputs = outputs_at(trained.network, chunk.inputs, places)
    return _mean(trained.losses(chunk.targets[places], outputs), chunk.weights[places])


def watched(
    trained: Trained,
    lesson: Lesson,
    orders: Iterable[Order],
    held: Lesson | None,
    watchers: Sequence[AbstractWatcher],
) -> dict[str, list[float]]:
    """Epochs one after another, with news of each.

    Args:
        trained: What learns.
        lesson: From what.
        orders: Of the sequences, one for each epoch.
        held: What is held back to validate on.
        watchers: Who hears of each epoch, in that order.

    Returns:
        Each epoch's figures, by name.
    """
    history: dict[str, list[float]] = {}
    for number, order in enumerate(orders):
        for watcher in watchers:
            watcher.before(number)
        logs = {"loss": one_pass(trained, lesson, order)}
        if held is not None:
            logs["val_loss"] = loss_of(trained, held)
        stops = [watcher.after(number, logs) for watcher in watchers]
        for name, value in logs.items():
            history.setdefault(name, []).append(value)
        if any(stops):
            break
    for watcher in watchers:
        watcher.end()
    return history


def unwatched(trained: Trained, lesson: Lesson, orders: Iterable[Order]) -> dict[str, list[float]]:
    """The same where nobody waits for news: as many epochs in one call as a moment holds."""
    size = _filled(trained.trainer, lesson)
    if size is None:
        return {"loss": [one_pass(trained, lesson, order) for order in orders]}
    count = max(1, AT_ONCE // (size * lesson.chunk.steps))
    nothing = np.full(size - lesson.sequences, lesson.sequences)
    losses: list[float] = []
    rest = iter(orders)
    while piece := [np.append(order, nothing) for order in islice(rest, count)]:
        chunk = lesson.fed(np.concatenate(piece), None)
        values, weights = (each.reshape(len(piece), -1) for each in (trained.learner.learn(chunk), chunk.weights))
        losses += [_mean(*each) for each in zip(values, weights, strict=True)]
    return {"loss": losses}


def _mean(losses: Array, weights: Array) -> float:
    counts = weights > 0
    with np.errstate(over="ignore", invalid="ignore"):  # a training that diverged is told of at its end
        return float(np.average(losses[counts], weights=weights[counts]))


def _filled(trainer: AbstractTrainer, lesson: Lesson) -> int | None:
    """How many sequences an epoch has when its mini-batches are full; None where filling them up would cost much."""
    batch = getattr(trainer, "batch_size", None)
    if trainer.lanes is not None or batch is None:
        return None
    if lesson.sequences <= batch // 2 and batch * lesson.chunk.steps > SMALL:
        return None
    return int(-(-lesson.sequences // batch) * batch)
