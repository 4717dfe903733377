"""Training over epochs: passes over a set of sequences, with callbacks after each or several in one call."""

import sys
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import islice
from typing import Any, Final, final

import numpy as np

from seqtasks.core.network import Array
from seqtasks.core.trainer import AbstractTrainer
from seqtasks.estimators.data.sequence_dataset import Order, SequenceDataset, concatenate, pad
from seqtasks.estimators.training.fitted_network import FittedNetwork
from seqtasks.lazy import LazyImport

Logs = dict[str, float]
History = dict[str, list[float]]

CALL_STEPS: Final = 2**16  # time steps in one call of the learner, without callbacks
SMALL_BATCH: Final = 2**13  # time steps of a mini-batch that is worth padding to its full size

_CALLBACKS: Final = LazyImport("seqtasks.keras.callbacks:KerasCallbacks")
_METRICS: Final = LazyImport("seqtasks.keras.metrics:KerasMetrics")


class AbstractEpochCallback(ABC):
    """An action before and after each epoch, which may stop the training. Subclasses are final."""

    def on_epoch_begin(self, epoch: int) -> None:
        """Run before the epoch with this index."""
        return

    @abstractmethod
    def on_epoch_end(self, epoch: int, logs: Logs) -> bool:
        """Run after the epoch; may add to its logs. Returns whether to stop the training."""

    def on_train_end(self) -> None:
        """Run after the last epoch, unless the training failed."""
        return

    def close(self) -> None:
        """Release resources, also if the training failed."""
        return


@final
class EarlyStopping(AbstractEpochCallback):
    """Stops when the validation loss no longer falls, and restores the state with the lowest one.

    Args:
        fitted: The network in training.
        patience: The number of epochs without a lower loss after which the training stops.
    """

    def __init__(self, fitted: FittedNetwork, patience: int) -> None:
        self._fitted, self._patience = fitted, patience
        self._best: tuple[float, Mapping[str, Any]] | None = None
        self._waited = 0

    def on_epoch_end(self, epoch: int, logs: Logs) -> bool:
        """Save the state if the loss is lower; stop after ``patience`` epochs in which it is not."""
        loss = logs["val_loss"]
        if self._best is None or not loss >= self._best[0]:  # true for a loss that is not-a-number as well
            self._best, self._waited = (loss, self._fitted.learner.state()), 0
            return False
        self._waited += 1
        return self._waited >= self._patience

    def on_train_end(self) -> None:
        """Restore the state with the lowest loss."""
        if self._best is not None and self._waited:
            self._fitted.learner.restore(self._best[1])


@final
class VerboseLogger(AbstractEpochCallback):
    """Writes the logs of each epoch to standard error."""

    def on_epoch_end(self, epoch: int, logs: Logs) -> bool:
        """Write one line."""
        figures = ", ".join(f"{name} {value:.6g}" for name, value in logs.items())
        sys.stderr.write(f"epoch {epoch + 1}: {figures}\n")
        return False


@final
class MetricLogger(AbstractEpochCallback):
    """Adds Keras's metrics of the training sequences, and with the prefix ``val_`` of the validation sequences.

    Args:
        metrics: As for :class:`seqtasks.keras.metrics.KerasMetrics`.
        fitted: The network in training.
        datasets: The sequences, by the prefix of the metrics' names.
        for_metrics: Converts targets (N, O) and outputs (N, O) of the network into the arguments of a metric.

    Raises:
        ValueError: If Keras has no metric of that name.
    """

    def __init__(
        self,
        metrics: Any,
        fitted: FittedNetwork,
        datasets: Mapping[str, SequenceDataset],
        for_metrics: Callable[[Array, Array], tuple[Array, Array]],
    ) -> None:
        self._metrics = _METRICS(metrics, classes=fitted.shapes.kind != "real")
        self._fitted, self._datasets, self._for_metrics = fitted, datasets, for_metrics

    def on_epoch_end(self, epoch: int, logs: Logs) -> bool:
        """Compute the metrics with the weights after the epoch."""
        for prefix, dataset in self._datasets.items():
            mask = dataset.mask
            outputs = self._fitted.outputs_at(dataset.inputs, mask)
            values = self._metrics(*self._for_metrics(dataset.targets[mask], outputs), dataset.weights[mask])
            logs |= {prefix + name: value for name, value in values.items()}
        return False


@final
class CallbackRunner(AbstractEpochCallback):
    """Runs Keras callbacks.

    Args:
        callbacks: Keras callbacks.
        fitted: The network in training.
        epochs: The greatest number of epochs.

    Raises:
        UsageError: If the network does not consist of Keras layers.
    """

    def __init__(self, callbacks: Any, fitted: FittedNetwork, epochs: int) -> None:
        optimizer = getattr(fitted.trainer, "optimizer", "sgd")
        self._callbacks = _CALLBACKS(callbacks, fitted.network, fitted.learner, optimizer, epochs)

    def on_epoch_begin(self, epoch: int) -> None:
        """Run ``on_train_begin`` before the first epoch, and ``on_epoch_begin``."""
        if epoch == 0:
            self._callbacks.begin()
        self._callbacks.before(epoch)

    def on_epoch_end(self, epoch: int, logs: Logs) -> bool:
        """Run ``on_epoch_end``; stop if a callback has set ``stop_training``."""
        return bool(self._callbacks.after(epoch, logs))

    def on_train_end(self) -> None:
        """Run ``on_train_end``."""
        self._callbacks.end()

    def close(self) -> None:
        """Remove the model from the callbacks."""
        self._callbacks.close()


def train(
    fitted: FittedNetwork,
    dataset: SequenceDataset,
    orders: Iterable[Order],
    validation: SequenceDataset | None,
    callbacks: Sequence[AbstractEpochCallback],
    loss_unit: float = 1.0,
) -> History:
    """Train for one epoch for each order.

    Args:
        fitted: The network.
        dataset: The training sequences.
        orders: The order of the sequences in each epoch.
        validation: The validation sequences, for callbacks.
        callbacks: The callbacks, in the order in which they run.
        loss_unit: The factor of the losses in the logs.

    Returns:
        The logs of each epoch, by name.
    """
    if not callbacks:
        history = _train_in_blocks(fitted, dataset, orders)
        return {name: [loss * loss_unit for loss in losses] for name, losses in history.items()}
    try:
        return _train_with_callbacks(fitted, dataset, orders, validation, callbacks, loss_unit)
    finally:
        for callback in callbacks:
            callback.close()


def train_epoch(fitted: FittedNetwork, dataset: SequenceDataset, order: Order) -> float:
    """Train on every sequence once, in this order; returns the mean loss, each step's before its update.

    loss = sum w l / sum w
    """
    batch_size = fitted.trainer.lanes
    chunk = dataset.chunk(order) if batch_size is None else dataset.stream(order, batch_size)
    return _mean(fitted.learner.learn(chunk), chunk.weights)


def _train_with_callbacks(
    fitted: FittedNetwork,
    dataset: SequenceDataset,
    orders: Iterable[Order],
    validation: SequenceDataset | None,
    callbacks: Sequence[AbstractEpochCallback],
    loss_unit: float,
) -> History:
    history: History = {}
    for epoch, order in enumerate(orders):
        for callback in callbacks:
            callback.on_epoch_begin(epoch)
        logs = {"loss": train_epoch(fitted, dataset, order) * loss_unit}
        if validation is not None:
            logs["val_loss"] = _evaluate(fitted, validation) * loss_unit
        stops = [callback.on_epoch_end(epoch, logs) for callback in callbacks]
        for name, value in logs.items():
            history.setdefault(name, []).append(value)
        if any(stops):
            break
    for callback in callbacks:
        callback.on_train_end()
    return history


def _train_in_blocks(fitted: FittedNetwork, dataset: SequenceDataset, orders: Iterable[Order]) -> History:
    """The same training without callbacks: several short epochs in one call of the learner."""
    size = _padded_size(fitted.trainer, dataset)
    if size is None:
        return {"loss": [train_epoch(fitted, dataset, order) for order in orders]}
    epochs_per_call = max(1, CALL_STEPS // (size * dataset.steps))
    losses: list[float] = []
    remaining = iter(orders)
    while block := list(islice(remaining, epochs_per_call)):
        chunk = concatenate([pad(dataset.chunk(order), size) for order in block], axis=0)
        values, weights = (each.reshape(len(block), -1) for each in (fitted.learner.learn(chunk), chunk.weights))
        losses += [_mean(*each) for each in zip(values, weights, strict=True)]
    return {"loss": losses}


def _evaluate(fitted: FittedNetwork, dataset: SequenceDataset) -> float:
    """The mean loss with the current weights."""
    mask = dataset.mask
    outputs = fitted.outputs_at(dataset.inputs, mask)
    return _mean(fitted.losses(dataset.targets[mask], outputs), dataset.weights[mask])


def _mean(losses: Array, weights: Array) -> float:
    mask = weights > 0
    with np.errstate(over="ignore", invalid="ignore"):  # the estimator checks for divergence after the training
        return float(np.average(losses[mask], weights=weights[mask]))


def _padded_size(trainer: AbstractTrainer, dataset: SequenceDataset) -> int | None:
    """The number of sequences in an epoch of full mini-batches; None if the padding would cost too much."""
    batch_size = getattr(trainer, "batch_size", None)
    if trainer.lanes is not None or batch_size is None:
        return None
    if len(dataset) <= batch_size // 2 and batch_size * dataset.steps > SMALL_BATCH:
        return None
    return int(-(-len(dataset) // batch_size) * batch_size)
