"""Passes over a fixed set of sequences, watched or not, until they are over or no longer help."""

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Final

import numpy as np

from seqtasks.core.network import Array
from seqtasks.core.trainer import AbstractTrainer
from seqtasks.estimators.outputs import counted_outputs
from seqtasks.estimators.sequence_dataset import Order, SequenceDataset, joined, padded
from seqtasks.estimators.trained import Trained
from seqtasks.estimators.watchers import AbstractWatcher

AT_ONCE: Final = 2**16  # steps that are learned in one call, where nobody waits for news of each epoch
SMALL: Final = 2**13  # steps of a mini-batch that may be filled up for it


def one_pass(trained: Trained, dataset: SequenceDataset, order: Order) -> float:
    """Learn every sequence once, in this order; the mean loss per step that counts, before its update.

    loss = sum w l / sum w
    """
    lanes = trained.trainer.lanes
    chunk = dataset.chunk(order) if lanes is None else dataset.in_lanes(order, lanes)
    return _mean(trained.learner.learn(chunk), chunk.weights)


def loss_of(trained: Trained, dataset: SequenceDataset) -> float:
    """The mean loss per step that counts, with the weights as they are."""
    targets, outputs, weights = counted_outputs(trained.network, dataset)
    return _mean(trained.losses(targets, outputs), weights)


def watched(
    trained: Trained,
    dataset: SequenceDataset,
    orders: Iterable[Order],
    held: SequenceDataset | None,
    watchers: Sequence[AbstractWatcher],
) -> dict[str, list[float]]:
    """Epochs one after another, with news of each.

    Args:
        trained: What learns.
        dataset: From what.
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
        logs = {"loss": one_pass(trained, dataset, order)}
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


def unwatched(trained: Trained, dataset: SequenceDataset, orders: Iterable[Order]) -> dict[str, list[float]]:
    """The same where nobody waits for news: several epochs in each call of the learner, if they are short."""
    size = _whole_batches(trained.trainer, dataset)
    if size is None:
        return {"loss": [one_pass(trained, dataset, order) for order in orders]}
    count = max(1, AT_ONCE // (size * dataset.steps))
    losses: list[float] = []
    rest = iter(orders)
    while piece := list(islice(rest, count)):
        chunk = joined([padded(dataset.chunk(order), size) for order in piece], axis=0)
        values, weights = (each.reshape(len(piece), -1) for each in (trained.learner.learn(chunk), chunk.weights))
        losses += [_mean(*each) for each in zip(values, weights, strict=True)]
    return {"loss": losses}


def _mean(losses: Array, weights: Array) -> float:
    counts = weights > 0
    with np.errstate(over="ignore", invalid="ignore"):  # a training that diverged is told of at its end
        return float(np.average(losses[counts], weights=weights[counts]))


def _whole_batches(trainer: AbstractTrainer, dataset: SequenceDataset) -> int | None:
    """The number of sequences in an epoch of full mini-batches; None where filling them up would cost much."""
    batch = getattr(trainer, "batch_size", None)
    if trainer.lanes is not None or batch is None:
        return None
    if len(dataset) <= batch // 2 and batch * dataset.steps > SMALL:
        return None
    return int(-(-len(dataset) // batch) * batch)
