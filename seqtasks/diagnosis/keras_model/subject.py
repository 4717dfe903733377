"""A plain Keras model as a subject of the examination."""

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any, Final, final

import numpy as np

from seqtasks.comparison.estimate import Estimate
from seqtasks.diagnosis.fault import Fault
from seqtasks.diagnosis.keras_model import layers, output
from seqtasks.diagnosis.keras_model.arrays import array
from seqtasks.diagnosis.keras_model.changes import CHANGES, with_rate
from seqtasks.diagnosis.keras_model.checks import check_model, check_shapes
from seqtasks.diagnosis.keras_model.continuity import Gain, gain_of_earlier_rows
from seqtasks.diagnosis.keras_model.data import STEPS, Data
from seqtasks.diagnosis.keras_model.fit_arguments import FitArguments
from seqtasks.diagnosis.keras_model.loss import CompiledLoss
from seqtasks.diagnosis.keras_model.model_function import ModelFunction
from seqtasks.diagnosis.keras_model.probe import probe_of_model
from seqtasks.diagnosis.keras_model.training import Copies
from seqtasks.diagnosis.measurement import Measurement
from seqtasks.diagnosis.rate_probe import RateProbe
from seqtasks.diagnosis.references import References, estimate_of, fitted_references
from seqtasks.diagnosis.rule import Rule
from seqtasks.diagnosis.rules.dropout_high import dropout_high
from seqtasks.diagnosis.rules.registry import BY_TRAINING, KERAS_MODEL, UNCERTAIN
from seqtasks.diagnosis.series import Array, Series
from seqtasks.diagnosis.short_training import ShortTraining
from seqtasks.diagnosis.state_measurements import STATE_MEASURES
from seqtasks.diagnosis.state_probe import StateProbe
from seqtasks.diagnosis.subject import PREDICTABLE, AbstractSubject
from seqtasks.errors import DataError, UsageError

POSTPONED: Final = "Repair the faults that were found, and explain again: they explain the loss."
EXPLAINS: Final = 0.5  # of the gap between chance and optimum
BATCH: Final = 32  # of fit, if it receives none
BETTER: Final = 0.2  # of chance: by so much swapped axes must improve the best prediction
MEMORIZED: Final = 0.5  # of chance: a loss further below is taken for something that no fitted predictor finds
FEWEST: Final = 8  # rows and steps, to tell their axes apart


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
        check_model(model)
        self.model, self.fit = model, FitArguments.of(fit)
        self.X, self.y = X, y
        CompiledLoss.of(model)  # a model without a loss is an error before its data are
        self.layers = layers.recurrent_layers(model)
        self.function = ModelFunction(model)
        self.embedded = layers.embeds(model)
        inputs = array(X, "X")
        check_shapes(model, inputs.shape)
        self.output_shape = self.function.output_shape(inputs)
        self.compiled_loss = CompiledLoss.of(model, self.output_shape[-1] or 0)
        self.data = Data.of(
            inputs, y, self.compiled_loss.kind, self.output_shape, symbols=self.embedded, steps=bool(self.layers)
        )
        self._gains: dict[int, Gain | DataError] = {}

    @property
    def rules(self) -> Sequence[Rule]:
        """The rules for every subject and those for Keras models; that of dropout only where there is some."""
        return KERAS_MODEL if self.copies.dropout else [rule for rule in KERAS_MODEL if rule is not dropout_high]

    def postpones(self, rule: Rule, faults: Sequence[Fault]) -> str:
        """Rules that train copies wait for a training, and until faults that explain the loss are repaired."""
        if rule not in BY_TRAINING:
            return ""
        if self.trained is False:
            return "Train the model, and explain again."
        explained = any(fault.effect >= EXPLAINS and fault.name not in UNCERTAIN for fault in faults)
        return POSTPONED if explained else ""

    @property
    def measures(self) -> Sequence[Callable[[AbstractSubject], Measurement]]:
        """What the states do, where a recurrent layer has any."""
        return STATE_MEASURES if self.layers else ()

    @cached_property
    def probe(self) -> StateProbe:
        """The last recurrent layer over rows or series of the data."""
        return probe_of_model(self)

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
        fixed = self.model.inputs[0].shape[0] if getattr(self.model, "inputs", None) else None
        return min(int(fixed or self.fit.batch_size or BATCH), len(self.data.inputs))

    def gain(self, distance: int) -> Gain:
        """What earlier rows contribute if each row continues the one ``distance`` rows before.

        Raises:
            DataError: If the data do not show it.
        """
        if distance not in self._gains:
            try:
                self._gains[distance] = gain_of_earlier_rows(self.compiled_loss.objective, self.data, distance)
            except DataError as error:
                self._gains[distance] = error
        found = self._gains[distance]
        if isinstance(found, DataError):
            raise found
        return found

    @property
    def continues(self) -> bool:
        """Whether the rows of a batch continue those of the batch before: what came before them helps."""
        return self.gain(self.batch_size).helps

    @property
    def consecutive(self) -> bool:
        """Whether each row continues the row directly before it: what came before it helps."""
        return self.gain(1).helps

    @cached_property
    def series(self) -> Series:
        """The data in the order of time: rows that continue one another are joined, whether or not the network does."""
        if self._consecutive_only:
            return self.data.underlying_series() if self.data.sliding else self.data.joined_series(1)
        if self.carried or (self.stateful and self._holds(lambda: self.continues)):
            return self.data.joined_series(self.batch_size)
        return self.data.joined_series(1) if self.data.steps == 1 else self.data.rows_as_series()

    @property
    def _consecutive_only(self) -> bool:
        """Whether each row continues the one directly before it, and not the one a batch before."""
        return self._holds(lambda: self.consecutive and not (self.stateful and self.continues))

    @staticmethod
    def _holds(relation: Callable[[], bool]) -> bool:
        """Whether the data show a relation between rows; False if they are too few to show it."""
        try:
            return relation()
        except DataError:
            return False

    @cached_property
    def references(self) -> References:
        """Predictors that are fitted to the series, or to the swapped series if that can be predicted much better."""
        return self.swapped_references or self.own_references

    @cached_property
    def own_references(self) -> References:
        """Predictors that are fitted to the series."""
        return fitted_references(self.compiled_loss.objective, self.series, self.data.classes)

    @cached_property
    def swapped_references(self) -> References | None:
        """The same with the axes of rows and steps exchanged; None if the targets are not predicted much better."""
        data, own = self.data, self.own_references
        if not self.layers or not data.per_step or data.sliding or min(data.features.shape[:2]) < FEWEST:
            return None
        if own.optimum.value < BETTER * own.chance.value:
            return None
        found = fitted_references(self.compiled_loss.objective, data.swapped_series(), data.classes)
        return found if found.optimum.value < own.optimum.value - BETTER * own.chance.value else None

    @property
    def model_inputs(self) -> Array:
        """The inputs (N, ...) in the type of the model."""
        dtype = self.model.inputs[0].dtype if getattr(self.model, "inputs", None) else self.data.inputs.dtype
        return np.asarray(self.data.inputs.astype("float32" if dtype == "float64" else dtype))

    @cached_property
    def outputs(self) -> Array:
        """The outputs of all rows, with the states carried on as in the training."""
        if self.carried:
            return self.function.carried_outputs(self.model_inputs, self.batch_size)
        return self.reset_outputs

    @cached_property
    def reset_outputs(self) -> Array:
        """The outputs of all rows, each from the initial state."""
        return self.function.outputs(self.model_inputs)

    def losses(self, outputs: Array) -> Array:
        """The losses of the counted targets of the first rows, under their outputs (N', ...)."""
        targets = self.data.targets[: len(outputs)]
        counted = self.data.padding.mask()[: len(outputs)] if self.data.padding else np.ones(
            (len(outputs), self.data.steps), bool
        )  # fmt: skip
        outputs = outputs.reshape(*outputs.shape[:2], -1) if outputs.ndim > STEPS else outputs
        steps = next((each.shape[1] for each in (targets, outputs) if each.ndim == STEPS), None)
        if steps is None:
            y, o = targets, outputs
        else:
            targets, outputs = (self._for_steps(each, steps) for each in (targets, outputs))
            kept = counted if counted.shape[1] == steps else np.ones((len(outputs), steps), bool)
            y, o = targets[kept], outputs[kept]
        predicted = self.compiled_loss.predictions(o, probabilities=self.function.probabilities)
        return self.compiled_loss.objective.losses(y, predicted)

    def _for_steps(self, values: Array, steps: int) -> Array:
        """Values (N, T, O); those of rows are repeated for each step."""
        if values.ndim < STEPS:
            return np.repeat(values[:, None], steps, axis=1)
        if values.shape[1] != steps:
            raise DataError(f"The targets have {steps} steps, but the outputs have {values.shape[1]}.")
        return values

    @cached_property
    def loss(self) -> Estimate:
        """The loss on the data of the training."""
        return estimate_of(np.asarray(self.losses(self.outputs), np.float64))

    @property
    def trained(self) -> bool | None:
        """Whether the optimizer of the model has made an update; None if the model has no optimizer."""
        optimizer = getattr(self.model, "optimizer", None)
        if optimizer is None:
            return None
        return bool(int(optimizer.iterations) > 0) or bool(self._reported_losses)

    @property
    def fitted_noise(self) -> float:
        """W / N for W weights and N targets: so much of their noise is fitted, on the data of the training."""
        weights = sum(int(np.prod(each.shape)) for each in self.model.trainable_weights)
        return float(np.clip(weights / self.data.targets.size, PREDICTABLE, MEMORIZED))

    @property
    def training_losses(self) -> Sequence[float]:
        """The losses of the epochs; none if they have weights, which those of the references have not."""
        return [] if self.fit.weighted else self._reported_losses

    @property
    def _reported_losses(self) -> list[float]:
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
        self._check_weights()
        return ShortTraining(self.copies.continued, self.copies.updates, self.units)

    @cached_property
    def wider(self) -> ShortTraining:
        """A copy with more units."""
        self._check_weights()
        return self.copies.wider

    @cached_property
    def undropped(self) -> float:
        """The loss of a copy without dropout."""
        self._check_weights()
        return self.copies.undropped

    def _check_weights(self) -> None:
        if self.fit.weighted:
            raise UsageError(
                "The losses of copies have the weights of rows or classes, and cannot be compared with those without.",
                "Train for longer, and compare the losses.",
            )

    @property
    def has_readout(self) -> bool:
        """Whether a layer with weights follows the last recurrent one."""
        return layers.has_readout(self.model)

    @property
    def units(self) -> int:
        """Units of the last recurrent layer."""
        return int(self.layers[-1].cell.units) if self.layers and hasattr(self.layers[-1].cell, "units") else 0

    @cached_property
    def output_ends(self) -> tuple[float, float] | None:
        """The range that the activation of the outputs allows; None if it is not limited."""
        activation = layers.last_activation(self.model)
        ends = layers.range_of(activation) if activation is not None else (-np.inf, np.inf)
        return None if np.isinf(ends).all() else ends

    @property
    def last_activation(self) -> str:
        """The name of the activation of the outputs; empty if unknown."""
        return str(getattr(layers.last_activation(self.model), "__name__", ""))

    @property
    def mask_values(self) -> list[Array]:
        """The values that layers of the model mask."""
        return layers.mask_values(self.model)

    @cached_property
    def masked(self) -> bool:
        """Whether padding leaves the outputs as they are."""
        return self._by_side is not None and output.padding_is_skipped(*self._by_side)

    @property
    def reads_padding_only(self) -> bool:
        """Whether outputs are read where a mask has left nothing of the row."""
        arrives = getattr(self.model, "inputs", None) and layers.receives_mask(self.model)
        return bool(arrives) and self._by_side is not None and output.reads_padding_only(*self._by_side)

    @cached_property
    def _by_side(self) -> tuple[Array, Array] | None:
        return output.outputs_by_side(self)

    @property
    def inputs_reach_weights(self) -> bool:
        """Whether the inputs are numbers that no layer scales first."""
        return not self.embedded and not layers.scales(self.model)

    @property
    def weights_of_steps(self) -> Array | None:
        """The weights (N, T) of steps in the loss; None if all count alike."""
        weights = None if self.fit.sample_weight is None else np.asarray(self.fit.sample_weight)
        return weights if weights is not None and weights.ndim > 1 else None

    @cached_property
    def persistence(self) -> float | None:
        """The loss of the present input as the prediction."""
        return output.persistence_loss(self)

    @cached_property
    def labels(self) -> tuple[Array, Array] | None:
        """The true classes and those that the network names."""
        return output.labels(self)

    def batch_and_row_losses(self, rows: int) -> tuple[float, float, tuple[int, ...], tuple[int, ...]] | None:
        """As :func:`seqtasks.diagnosis.keras_model.output.batch_and_row_losses`."""
        return output.batch_and_row_losses(self, rows)

    @cached_property
    def change_by_the_future(self) -> float:
        """How much outputs change with later inputs."""
        return output.change_by_the_future(self)

    @property
    def validation(self) -> tuple[Array, Array] | None:
        """The inputs of training and validation."""
        return output.training_and_validation(self)

    @property
    def remarks(self) -> Sequence[str]:
        """What could not be examined about the model."""
        found = []
        if not self.layers:
            found.append("The model has no recurrent layer, so its state is not examined.")
        if self.fit.weighted:
            found.append("The loss and its references are measured without the weights of rows and classes.")
        return found

    def change(self, name: str) -> str:
        """Python code."""
        if name in ("learning-rate-high", "learning-rate-low"):
            return with_rate(self.model.optimizer, self.rate_probe.best[0])
        return CHANGES[name].format(units=self.units, outputs=self.data.targets.shape[-1])
