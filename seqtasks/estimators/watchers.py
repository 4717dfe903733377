"""Who hears of each epoch of a training, and may stop it."""

import sys
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Any, Final, final

from seqtasks.core.network import Array
from seqtasks.estimators.outputs import counted_outputs
from seqtasks.estimators.sequence_dataset import SequenceDataset
from seqtasks.estimators.trained import Trained
from seqtasks.lazy import LazyImport

Logs = dict[str, float]

_CALLBACKS: Final = LazyImport("seqtasks.keras.callbacks:KerasCallbacks")
_METRICS: Final = LazyImport("seqtasks.keras.metrics:KerasMetrics")


class AbstractWatcher(ABC):
    """Hears of each epoch. Implementations are final."""

    def before(self, number: int) -> None:
        """An epoch begins."""
        return

    @abstractmethod
    def after(self, number: int, logs: Logs) -> bool:
        """An epoch has ended with these figures, to which it may add; whether to stop."""

    def end(self) -> None:
        """The training has ended."""
        return

    def close(self) -> None:
        """The training is over, well or not: let go of what was lent."""
        return


@final
class Patience(AbstractWatcher):
    """Stops where the validation loss no longer falls, and goes back to where it was lowest.

    Args:
        trained: What is trained.
        epochs: For how many epochs without a lower loss to go on.
    """

    def __init__(self, trained: Trained, epochs: int) -> None:
        self._trained, self._epochs = trained, epochs
        self._best: tuple[float, Mapping[str, Any]] | None = None
        self._since = 0

    def after(self, number: int, logs: Logs) -> bool:
        """Whether the loss has not been lower for so long."""
        loss = logs["val_loss"]
        if self._best is None or not loss >= self._best[0]:  # whatever comes after not-a-number is better
            self._best, self._since = (loss, self._trained.learner.state()), 0
            return False
        self._since += 1
        return self._since >= self._epochs

    def end(self) -> None:
        """Have the weights of the lowest loss."""
        if self._best is not None and self._since:
            self._trained.learner.restore(self._best[1])


@final
class Speaker(AbstractWatcher):
    """Says each epoch's figures on standard error."""

    def after(self, number: int, logs: Logs) -> bool:
        """Say them."""
        figures = ", ".join(f"{name} {value:.6g}" for name, value in logs.items())
        sys.stderr.write(f"epoch {number + 1}: {figures}\n")
        return False


@final
class Measurer(AbstractWatcher):
    """Adds Keras's metrics of the sequences learned from, and, as ``val_``, of those held back.

    Args:
        metrics: As for :class:`seqtasks.keras.metrics.KerasMetrics`.
        trained: What is trained.
        datasets: The sequences, by the prefix of their figures' names.
        shown: Targets (N, O) and outputs (N, O), both as users know them.

    Raises:
        ValueError: If Keras knows no such metric.
    """

    def __init__(
        self,
        metrics: Any,
        trained: Trained,
        datasets: Mapping[str, SequenceDataset],
        shown: Callable[[Array, Array], tuple[Array, Array]],
    ) -> None:
        self._metrics = _METRICS(metrics, classes=trained.shapes.kind != "real")
        self._trained, self._datasets, self._shown = trained, datasets, shown

    def after(self, number: int, logs: Logs) -> bool:
        """Measure."""
        for prefix, dataset in self._datasets.items():
            targets, outputs, weights = counted_outputs(self._trained.network, dataset)
            found = self._metrics(*self._shown(targets, outputs), weights)
            logs |= {prefix + name: value for name, value in found.items()}
        return False


@final
class Caller(AbstractWatcher):
    """Calls Keras's callbacks.

    Args:
        callbacks: Keras callbacks.
        trained: What is trained.
        epochs: How many epochs there will be, at most.

    Raises:
        UsageError: If the network is not made of Keras layers.
    """

    def __init__(self, callbacks: Any, trained: Trained, epochs: int) -> None:
        setting = getattr(trained.trainer, "optimizer", "sgd")
        self._callbacks = _CALLBACKS(callbacks, trained.network, trained.learner, setting, epochs)

    def before(self, number: int) -> None:
        """Tell them."""
        if number == 0:
            self._callbacks.begin()
        self._callbacks.before(number)

    def after(self, number: int, logs: Logs) -> bool:
        """Tell them; whether one wants to stop."""
        return bool(self._callbacks.after(number, logs))

    def end(self) -> None:
        """Tell them."""
        self._callbacks.end()

    def close(self) -> None:
        """Have them let the model go."""
        self._callbacks.close()
