"""Keras callbacks for a training in compiled programs: their epoch methods are called, their batch methods are not."""

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
    """Runs Keras callbacks on a ``keras.Model`` that mirrors the network in training.

    The model has the network's weights after each epoch. Changes that a callback makes to its weights, to its
    optimizer's learning rate or to ``stop_training`` are carried over to the training.

    Args:
        callbacks: ``keras.callbacks.Callback`` objects.
        network: The network in training.
        learner: The learner that trains it.
        setting: The trainer's optimizer.
        epochs: The maximum number of epochs.

    Raises:
        UsageError: If the network is not made of Keras layers.
    """

    def __init__(
        self, callbacks: Sequence[Any], network: AbstractNetwork, learner: AbstractLearner, setting: Any, epochs: int
    ) -> None:
        if not isinstance(network, KerasNetwork):
            raise UsageError(
                f"Keras callbacks need a network of Keras layers, but this is a {type(network).__name__}.",
                "Leave out callbacks.",
            )
        self._network, self._learner, self._callbacks = network, learner, list(callbacks)
        self._model = network.keras_model()
        self._model.compile(optimizer=optimizer(setting, self._model.trainable_variables))
        self._model.stop_training = False
        self._epochs = epochs

    def begin(self) -> None:
        """Call ``on_train_begin``. From then on, the caller must call :meth:`close` at the end."""
        self._list = keras.callbacks.CallbackList(self._callbacks, model=self._model, epochs=self._epochs, verbose=0)
        with self._synchronized():
            self._list.on_train_begin()

    def before(self, number: int) -> None:
        """Call ``on_epoch_begin``."""
        with self._synchronized():
            self._list.on_epoch_begin(number)

    def after(self, number: int, logs: dict[str, float]) -> bool:
        """Call ``on_epoch_end``; returns whether to stop the training."""
        with self._synchronized():
            self._list.on_epoch_end(number, logs)
        return bool(self._model.stop_training)

    def end(self) -> None:
        """Call ``on_train_end``, after a training without errors."""
        with self._synchronized():
            self._list.on_train_end()

    def close(self) -> None:
        """Detach the callbacks from the model, so that they can be copied. Call it after errors as well."""
        for callback in self._callbacks:
            callback.set_model(None)

    @contextmanager
    def _synchronized(self) -> Iterator[None]:
        """Copy weights and learning rate to the model before the callbacks run, and back afterwards."""
        before = self._network.weights()
        self._model.set_weights(before)
        rate = self._rate()
        yield
        if self._rate() != rate:
            self._set_rate(self._rate())
        after = self._model.get_weights()
        if not all(np.array_equal(old, new) for old, new in zip(before, after, strict=True)):
            self._network.load(after)

    def _rate(self) -> float:
        return float(self._model.optimizer.learning_rate)

    def _set_rate(self, rate: float) -> None:
        """Set the learner's learning rate, which is one of its optimizer's variables."""
        own = self._model.optimizer
        state = dict(self._learner.state())
        place = next(n for n, variable in enumerate(own.variables) if variable is own.learning_rate)
        state["slots"][place] = np.array(rate, state["slots"][place].dtype)
        self._learner.restore(state)
