"""Copies of a Keras model that are trained for a short time, as the model was trained."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, Self, final

import keras
import numpy as np

from seqtasks.diagnosis.keras_model.cloning import cloned
from seqtasks.diagnosis.keras_model.layers import recurrent_layers
from seqtasks.diagnosis.series import Array
from seqtasks.keras.network import seeded

SEED: Final = 0
SHARES: Final = ("rate", "dropout", "recurrent_dropout")  # settings of layers that set values to zero
FEWEST: Final = 60  # updates of a short training
MOST: Final = 300
PART: Final = 8  # of the updates of the training: the short one has one in so many
PASSES: Final = 4  # at least so many epochs, of fewer rows if need be: the loss is that of the last one


@final
@dataclass(frozen=True, slots=True)
class Lesson:
    """The data of a short training, and how it is presented.

    Args:
        x: Inputs; as many rows as are needed.
        y: Targets.
        batch_size: Rows of a batch.
        epochs: Passes over these rows.
        of_updates: How many updates the whole training made.
        shuffle: Whether rows are shuffled.
        reset_states: When the states of stateful layers are reset.
        sample_weight: A weight for each row.
        class_weight: As in ``fit``.
    """

    x: Array
    y: Array
    batch_size: int
    epochs: int
    of_updates: int
    shuffle: bool
    reset_states: Literal["epoch", "batch"] | None = None
    sample_weight: Any = None
    class_weight: Any = None

    @classmethod
    def of(cls, x: Array, y: Array, fit: Any, batch_size: int) -> Self:
        """Rows for an eighth of the updates of the whole training, but not fewer than 60; the first if in order.

        Args:
            x: All inputs.
            y: All targets.
            fit: How the model was fitted.
            batch_size: Rows of a batch.
        """
        per_epoch = max(1, math.ceil(len(x) / batch_size))
        updates = min(max(fit.epochs * per_epoch // PART, FEWEST), MOST)
        batches = min(per_epoch, max(1, updates // PASSES))
        shuffled = bool(fit.shuffle) and fit.reset_states is None
        order = np.random.default_rng(SEED).permutation(len(x)) if shuffled else np.arange(len(x))
        rows = order[: batches * batch_size]  # the first of shuffled rows may be of one class
        weights = None if fit.sample_weight is None else np.asarray(fit.sample_weight)[rows]
        return cls(
            x[rows],
            y[rows],
            batch_size,
            math.ceil(updates / batches),
            fit.epochs * per_epoch,
            shuffled,
            fit.reset_states,
            weights,
            fit.class_weight,
        )

    @property
    def updates(self) -> int:
        """How many updates a training makes."""
        return self.epochs * math.ceil(len(self.x) / self.batch_size)


@final
class Copy:
    """A copy of a model with weights and an optimizer of its own. It can be trained again and again.

    Args:
        model: The model, compiled.
        lesson: What the copy is trained with.
        change: From a layer to another one that takes its place in the copy; by default the same layer anew.

    Raises:
        UsageError: If Keras cannot copy the model.
    """

    def __init__(self, model: Any, lesson: Lesson, change: Callable[[Any], Any] | None = None) -> None:
        self._lesson = lesson
        with seeded(SEED):
            self.model = cloned(model, change)
        optimizer = getattr(model.optimizer, "inner_optimizer", model.optimizer)  # of half precision: compile wraps it
        self.rate = learning_rate(optimizer)
        config = {**optimizer.get_config(), "learning_rate": self.rate}
        self.model.compile(type(optimizer).from_config(config), model.loss, jit_compile=False)
        self.model.optimizer.build(self.model.trainable_variables)
        self.fresh: list[Array] = self.model.get_weights()
        self._slots = [variable.numpy() for variable in self.model.optimizer.variables]

    def trained(self, factor: float = 1.0, weights: Sequence[Array] | None = None) -> float:
        """The mean loss of the last epoch of a training; infinite if it is not a number.

        Args:
            factor: Times the learning rate of the model.
            weights: Those to begin with; by default the initial weights of the copy, which are always the same.
        """
        self.model.set_weights(self.fresh if weights is None else weights)
        for variable, value in zip(self.model.optimizer.variables, self._slots, strict=True):
            variable.assign(value)
        self.model.optimizer.learning_rate = factor * self.rate
        reset(self.model)
        loss = self._by_hand() if self._lesson.reset_states else self._fit(self._lesson.epochs)
        return loss if math.isfinite(loss) else math.inf

    def _fit(self, epochs: int) -> float:
        lesson = self._lesson
        history = self.model.fit(
            lesson.x,
            lesson.y,
            batch_size=lesson.batch_size,
            epochs=epochs,
            shuffle=lesson.shuffle,
            sample_weight=lesson.sample_weight,
            class_weight=lesson.class_weight,
            verbose=0,
        )
        return float(history.history["loss"][-1])

    def _by_hand(self) -> float:
        lesson, losses = self._lesson, list[float]()
        for _ in range(lesson.epochs):
            losses = [self._fit(1)] if lesson.reset_states == "epoch" else self._batches()
            reset(self.model)
        return float(np.mean(losses))

    def _batches(self) -> list[float]:
        """Train on each batch from the initial state."""
        found, size = [], self._lesson.batch_size
        for start in range(0, len(self._lesson.x), size):
            rows = slice(start, start + size)
            of_rows = self._lesson.sample_weight
            weights = {
                "sample_weight": None if of_rows is None else of_rows[rows],
                "class_weight": self._lesson.class_weight,
            }
            self.model.reset_metrics()
            found.append(float(self.model.train_on_batch(self._lesson.x[rows], self._lesson.y[rows], **weights)))
            reset(self.model)
        return found

    @property
    def recurrent(self) -> list[Any]:
        """The recurrent layers of the copy."""
        return recurrent_layers(self.model)


def learning_rate(optimizer: Any) -> float:
    """The learning rate of an optimizer; of a schedule, the greater of the first one and the present one.

    Example:
        >>> learning_rate(keras.optimizers.SGD(0.25))
        0.25
    """
    schedule = optimizer._learning_rate
    if isinstance(schedule, keras.optimizers.schedules.LearningRateSchedule):
        return max(float(schedule(0)), float(schedule(int(optimizer.iterations))))
    return float(optimizer.learning_rate)


def widened(layer: Any, times: int) -> Any:
    """The layer with new weights, and with more units if it is recurrent.

    Args:
        layer: A layer of the model.
        times: How many times the units.
    """
    config = layer.get_config()
    if isinstance(layer, keras.layers.RNN) and "units" in config:
        config["units"] *= times
    return layer.__class__.from_config(config)


def dropout(model: Any) -> float:
    """The greatest share of values that a layer sets to zero in the training; 0 without dropout."""
    shares = [layer.get_config().get(name) for layer in model._flatten_layers() for name in SHARES]
    return max((float(share) for share in shares if share), default=0.0)


def undropped(layer: Any) -> Any:
    """The layer with new weights and without dropout.

    Args:
        layer: A layer of the model.
    """
    config = layer.get_config()
    return layer.__class__.from_config(config | {name: 0.0 for name in SHARES if config.get(name)})


def reset(model: Any) -> None:
    """Set the states of stateful layers to their initial values."""
    for layer in model._flatten_layers():
        if isinstance(layer, keras.layers.RNN) and layer.stateful:
            layer.reset_states()
