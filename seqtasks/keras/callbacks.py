"""Keras's callbacks around a training that runs in compiled programs: they hear of epochs, not of mini-batches."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, final

import keras
import numpy as np

from seqtasks.core.network import AbstractNetwork
from seqtasks.core.trainer import AbstractLearner
from seqtasks.errors import UsageError
from seqtasks.keras.network import KerasNetwork
from seqtasks.keras.optimizer import optimizer


@final
class KerasCallbacks:
    """Callbacks and the model they are shown.

    The model is an ordinary ``keras.Model`` with the weights as they are after each epoch; what a callback changes of
    its weights, of its optimizer's learning rate, or of ``stop_training`` happens to the training.

    Args:
        callbacks: ``keras.callbacks.Callback`` objects.
        network: What is trained.
        learner: By what.
        setting: The trainer's optimizer.
        epochs: How many there will be, at most.

    Raises:
        UsageError: If the network is not made of Keras layers.
    """

    def __init__(
        self, callbacks: Sequence[Any], network: AbstractNetwork, learner: AbstractLearner, setting: Any, epochs: int
    ) -> None:
        if not isinstance(network, KerasNetwork):
            raise UsageError(
                f"Keras callbacks are shown a Keras model, and this is a {type(network).__name__}.",
                "Leave out callbacks.",
            )
        self._network, self._learner, self._callbacks = network, learner, list(callbacks)
        self._model = network.keras_model()
        self._model.compile(optimizer=optimizer(setting, self._model.trainable_variables))
        self._model.stop_training = False
        self._epochs = epochs

    def begin(self) -> None:
        """The training begins; from here on :meth:`close` has to be called."""
        self._list = keras.callbacks.CallbackList(self._callbacks, model=self._model, epochs=self._epochs, verbose=0)
        with self._carried_over():
            self._list.on_train_begin()

    def before(self, number: int) -> None:
        """An epoch begins."""
        with self._carried_over():
            self._list.on_epoch_begin(number)

    def after(self, number: int, logs: dict[str, float]) -> bool:
        """An epoch has ended; whether to stop."""
        with self._carried_over():
            self._list.on_epoch_end(number, logs)
        return bool(self._model.stop_training)

    def end(self) -> None:
        """The training has ended well."""
        with self._carried_over():
            self._list.on_train_end()

    def close(self) -> None:
        """The callbacks let the model go, so that they can be copied, however the training has ended."""
        for callback in self._callbacks:
            callback.set_model(None)

    @contextmanager
    def _carried_over(self) -> Iterator[None]:
        """Show the model as the training is, and have the training as the model is afterwards."""
        before = self._network.weights()
        self._model.set_weights(before)
        rate = self._rate()
        yield
        if self._rate() != rate:
            self._learn_at(self._rate())
        after = self._model.get_weights()
        if not all(np.array_equal(old, new) for old, new in zip(before, after, strict=True)):
            self._network.load(after)

    def _rate(self) -> float:
        return float(self._model.optimizer.learning_rate)

    def _learn_at(self, rate: float) -> None:
        """Put the rate where the learner keeps it: among the optimizer's variables."""
        own = self._model.optimizer
        state = dict(self._learner.state())
        place = next(n for n, variable in enumerate(own.variables) if variable is own.learning_rate)
        state["slots"][place] = np.array(rate, state["slots"][place].dtype)
        self._learner.restore(state)
