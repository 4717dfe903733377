"""A plain Keras model as a subject of the examination."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, Final, final

import numpy as np

from seqtasks.comparison.estimate import Estimate
from seqtasks.diagnosis.keras_model.changes import CHANGES
from seqtasks.diagnosis.keras_model.data import Data
from seqtasks.diagnosis.keras_model.fit_arguments import FitArguments
from seqtasks.diagnosis.keras_model.layers import has_readout, recurrent_layers
from seqtasks.diagnosis.keras_model.loss import kind_of, loss_function, objective_of, point_losses
from seqtasks.diagnosis.keras_model.model_function import ModelFunction
from seqtasks.diagnosis.keras_model.training import Copies
from seqtasks.diagnosis.rate_probe import RateProbe
from seqtasks.diagnosis.references import References, estimate_of, fitted_references
from seqtasks.diagnosis.rule import Rule
from seqtasks.diagnosis.rules.registry import EVERY_SUBJECT, KERAS_MODEL
from seqtasks.diagnosis.series import Array, Series
from seqtasks.diagnosis.short_training import ShortTraining
from seqtasks.diagnosis.subject import AbstractSubject

BATCH: Final = 32  # of fit, if it receives none


@final
class KerasSubject(AbstractSubject):
    """A Keras model with the arrays and the arguments of its training. The model is never changed.

    Args:
        model: A built and compiled Keras model.
        X: The inputs that it was fitted to.
        y: The targets.
        fit: The arguments of ``fit``.
    """

    def __init__(self, model: Any, X: Any, y: Any, fit: Mapping[str, Any] | None = None) -> None:
        self.model, self.fit = model, FitArguments.of(fit)
        self.X, self.y = X, y
        self.loss_function = loss_function(model)
        self.layers = recurrent_layers(model)
        self.function = ModelFunction(model)
        self.data = Data.of(X, y, kind_of(self.loss_function), tuple(model.output_shape))

    @property
    def rules(self) -> Sequence[Rule]:
        """The rules for every subject and those for Keras models."""
        return (*KERAS_MODEL, *EVERY_SUBJECT)

    @property
    def stateful(self) -> bool:
        """Whether a layer carries its state from batch to batch."""
        return any(layer.stateful for layer in self.layers)

    @property
    def carried(self) -> bool:
        """Whether a batch starts from the states that the batch before ended with."""
        return self.stateful and self.fit.reset_states != "batch"

    @property
    def batch_size(self) -> int:
        """The rows of a batch."""
        fixed = self.model.input_shape[0] if isinstance(self.model.input_shape, tuple) else None
        return int(fixed or self.fit.batch_size or BATCH)

    @cached_property
    def series(self) -> Series:
        """The data in the order in which time passes for the network."""
        if self.carried:
            return self.data.joined_series(self.batch_size)
        return self.data.joined_series(1) if self.data.steps == 1 else self.data.rows_as_series()

    @cached_property
    def references(self) -> References:
        """Predictors that are fitted to the series."""
        return fitted_references(objective_of(self.loss_function), self.series, self.data.classes)

    @cached_property
    def outputs(self) -> Array:
        """The outputs of all rows, with the states carried on as in the training."""
        inputs = self.data.inputs.astype(self.model.inputs[0].dtype if self.model.inputs else np.float32)
        if self.carried:
            return self.function.carried_outputs(inputs, self.batch_size)
        return self.function.outputs(inputs)

    @cached_property
    def loss(self) -> Estimate:
        """The loss on the data of the training."""
        targets = self.data.targets[: len(self.outputs)]
        outputs = self.outputs.reshape(-1, self.outputs.shape[-1])
        dtype = np.int64 if self.data.kind == "class" else outputs.dtype
        flat = targets.reshape(-1, targets.shape[-1]).astype(dtype)
        return estimate_of(np.asarray(point_losses(self.loss_function, flat, outputs), np.float64))

    @property
    def trained(self) -> bool | None:
        """Whether the optimizer of the model has made an update; None if the model has no optimizer."""
        optimizer = getattr(self.model, "optimizer", None)
        if optimizer is None:
            return None
        return bool(int(optimizer.iterations) > 0) or bool(self.training_losses)

    @property
    def training_losses(self) -> Sequence[float]:
        """The losses of the epochs."""
        if len(self.fit.losses):
            return [float(loss) for loss in self.fit.losses]
        history = getattr(self.model, "history", None)
        return [float(loss) for loss in history.history.get("loss", ())] if history is not None else []

    @property
    def truncation_lag(self) -> int | None:
        """The steps of a row less one: a gradient ends where a batch starts."""
        return self.data.steps - 1

    @property
    def context_lag(self) -> int | None:
        """None if states are carried on."""
        return None if self.carried else self.data.steps - 1

    @cached_property
    def copies(self) -> Copies:
        """Copies that are trained for a short time."""
        return Copies(self.model, self.X, self.y, self.fit, self.batch_size)

    @cached_property
    def rate_probe(self) -> RateProbe:
        """Copies that learn at other learning rates."""
        return self.copies.rate_probe

    @cached_property
    def continued(self) -> ShortTraining:
        """A copy that goes on learning as the model did."""
        return ShortTraining(self.copies.continued, self.copies.updates, self.units)

    @cached_property
    def wider(self) -> ShortTraining:
        """A copy with more units."""
        return self.copies.wider

    @property
    def has_readout(self) -> bool:
        """Whether a layer with weights follows the last recurrent one."""
        return has_readout(self.model)

    @property
    def units(self) -> int:
        """Units of the last recurrent layer."""
        return int(self.layers[-1].cell.units) if self.layers and hasattr(self.layers[-1].cell, "units") else 0

    @property
    def remarks(self) -> Sequence[str]:
        """What could not be examined about the model."""
        if not self.layers:
            return ["The model has no recurrent layer, so that nothing is said about its state."]
        return []

    def change(self, name: str) -> str:
        """Python code."""
        return CHANGES[name].format(units=self.units, outputs=self.data.targets.shape[-1])
