"""A program that trains a Keras model: model, data, and how it is fitted. It is trained again as a copy."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import ceil
from typing import Any, Final, Self, final

import keras
import numpy as np

from seqtasks.diagnosis.keras_model.cloning import cloned
from seqtasks.diagnosis.keras_model.fit_arguments import FitArguments
from seqtasks.diagnosis.keras_model.layers import recurrent_layers
from seqtasks.diagnosis.series import Array
from seqtasks.errors import SeqtasksError, UsageError
from seqtasks.keras.network import seeded

MOST_NUMBERS: Final = 10_000_000  # of rows that are copied for one call of fit
BATCH: Final = 32  # of fit, if it receives none

Build = Callable[[Any], Any]


@final
@dataclass(frozen=True, eq=False)
class KerasProgram:
    """What is trained, and how. The model of the user only serves as the plan of copies.

    Args:
        model: A built and compiled model.
        X: The inputs.
        y: The targets.
        fit: How the model is fitted.
        edits: Functions that change a new model, in turn: they receive a model and return one.
        settings: Settings of the optimizer that differ from those of the model's.
        loss: The loss, if it is not that of the model.
    """

    model: Any
    X: Array
    y: Array
    fit: FitArguments
    edits: tuple[Build, ...] = ()
    settings: Mapping[str, Any] | None = None
    loss: Any = None

    @classmethod
    def of(cls, model: Any, X: Any, y: Any, fit: FitArguments) -> Self:
        """The program of a user."""
        return cls(model, np.asarray(X), np.asarray(y), fit)

    def with_edit(self, edit: Build) -> "KerasProgram":
        """The program with one more change of the model."""
        return replace(self, edits=(*self.edits, edit))

    def with_fit(self, **arguments: Any) -> "KerasProgram":
        """The program with other arguments of ``fit``."""
        return replace(self, fit=replace(self.fit, **arguments))

    def with_optimizer(self, **settings: Any) -> "KerasProgram":
        """The program with other settings of the optimizer."""
        return replace(self, settings={**(self.settings or {}), **settings})

    def with_data(self, X: Array, y: Array) -> "KerasProgram":
        """The program with other data.

        Raises:
            UsageError: If the rows have weights, which would not fit any more.
        """
        if self.fit.sample_weight is not None and len(X) != len(self.X):
            raise UsageError("The rows have weights of their own.", "Change the weights together with the rows.")
        return replace(self, X=X, y=y)

    @property
    def stateful(self) -> bool:
        """Whether a layer of the user's model carries its state on."""
        return any(layer.stateful for layer in recurrent_layers(self.model))

    @property
    def batch_size(self) -> int:
        """The rows of a batch."""
        shape = self.model.input_shape
        fixed = shape[0] if isinstance(shape, tuple) else None
        return min(int(fixed or self.fit.batch_size or BATCH), len(self.X))

    def built(self, seed: int) -> Any:
        """A new model with other initial weights, not trained.

        Args:
            seed: The seed of its initial weights.

        Raises:
            UsageError: If Keras cannot copy the model.
        """
        with seeded(seed):
            model = cloned(self.model)
            for edit in self.edits:
                model = edit(model)
        config = self.model.optimizer.get_config() | dict(self.settings or {})
        model.compile(
            type(self.model.optimizer).from_config(config),
            self.model.loss if self.loss is None else self.loss,
            run_eagerly=self.model.run_eagerly,
            jit_compile=self.model.jit_compile,
        )
        return model

    def train(self, model: Any, seed: int) -> None:
        """Train a model that :meth:`built` returned.

        Args:
            model: The model.
            seed: The seed of the order of the rows.

        Raises:
            UsageError: If the training fails.
        """
        layers = [layer for layer in recurrent_layers(model) if layer.stateful]
        shape, fit = model.input_shape, self.fit
        size = (shape[0] if isinstance(shape, tuple) else None) or self.batch_size
        rows = len(self.X) - round(fit.validation_split * len(self.X))
        rows = rows // size * size if layers else rows
        random = np.random.default_rng(seed)
        orders = [random.permutation(rows) if fit.shuffle else np.arange(rows) for _ in range(fit.epochs)]
        # the epochs of one call are one pass over as many rows: each call takes a tenth of a second to start
        together = max(1, MOST_NUMBERS // max(1, self.X.size + self.y.size))
        every = {"epoch": ceil(rows / size), "batch": 1}.get(fit.reset_states or "")
        callbacks = [_Resets(layers, every)] if every is not None else []
        try:
            for first in range(0, fit.epochs, together):
                order = np.concatenate(orders[first : first + together])
                model.fit(
                    self.X[order],
                    self.y[order],
                    batch_size=size,
                    shuffle=False,  # the rows are in the order of the seed
                    verbose=0,
                    class_weight=fit.class_weight,
                    sample_weight=None if fit.sample_weight is None else np.asarray(fit.sample_weight)[order],
                    callbacks=callbacks,
                )
        except SeqtasksError:
            raise
        except Exception as error:  # shapes that do not fit any more, or what a layer of the user raises
            raise UsageError(
                f"The copy cannot be trained: {type(error).__name__}: {next(iter(str(error).splitlines()), '')}",
                "Make the change in your program.",
            ) from error


@final
class _Resets(keras.callbacks.Callback):  # type: ignore[misc]  # Keras has no types
    """Resets the states of layers before every n-th batch.

    Args:
        layers: The stateful layers.
        every: n.
    """

    def __init__(self, layers: Sequence[Any], every: int) -> None:
        super().__init__()
        self._layers, self._every = layers, every

    def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
        """Reset them."""
        if batch % self._every == 0:
            _reset(self._layers)


def restart(model: Any, fresh: Any) -> None:
    """Give a trained model the weights of a new one, and an optimizer that has made no step: nothing is compiled again.

    Args:
        model: The model.
        fresh: A model of the same layers.
    """
    model.set_weights(fresh.get_weights())
    for variable, start in zip(model.optimizer.variables, _started(fresh, model), strict=True):
        variable.assign(start)
    _reset([layer for layer in recurrent_layers(model) if layer.stateful])


def _started(fresh: Any, model: Any) -> list[Any]:
    """The variables of an optimizer before its first step."""
    if not fresh.optimizer.built:
        fresh.optimizer.build(fresh.trainable_variables)
    if len(fresh.optimizer.variables) != len(model.optimizer.variables):
        raise UsageError("The optimizer cannot start anew.", "Use an optimizer of Keras.")
    return [variable.numpy() for variable in fresh.optimizer.variables]


def _reset(layers: Sequence[Any]) -> None:
    for layer in layers:
        layer.reset_states()
