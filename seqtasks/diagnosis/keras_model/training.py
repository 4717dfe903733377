"""What copies of a Keras model show: short trainings, gradients and units, each measured at its first use."""

from collections.abc import Sequence
from functools import cached_property
from typing import Any, Final, final

import numpy as np

from seqtasks.diagnosis.flow import gradient_flow
from seqtasks.diagnosis.keras_model.copies import Copy, Lesson, dropout, undropped, widened
from seqtasks.diagnosis.keras_model.layer_run import LayerRun, layer_runs
from seqtasks.diagnosis.keras_model.units import dead_shares, finite, frozen_layers, saturated_shares, unbounded_layers
from seqtasks.diagnosis.rate_probe import RateProbe
from seqtasks.diagnosis.series import Array
from seqtasks.diagnosis.short_training import ShortTraining

LOWER: Final = (0.1, 0.01)  # times the learning rate
HIGHER: Final = (30.0, 1000.0, 20_000.0)
WORSE: Final = 1.05  # times the loss: then rates still further away are not tried
WIDER: Final = 4  # times the units


@final
class Copies:
    """Copies of a model: as it was before the training, as it is now, and with more units.

    Args:
        model: The model.
        x: Its inputs.
        y: Its targets.
        fit: How it was fitted.
        batch_size: Rows of a batch.
    """

    def __init__(self, model: Any, x: Any, y: Any, fit: Any, batch_size: int) -> None:
        self._model = model
        self._lesson = Lesson.of(np.asarray(x), np.asarray(y), fit, batch_size)

    @cached_property
    def _copy(self) -> Copy:
        return Copy(self._model, self._lesson)

    @property
    def updates(self) -> int:
        """How many updates a short training makes."""
        return self._lesson.updates

    @property
    def rate(self) -> float:
        """The learning rate."""
        return self._copy.rate

    @cached_property
    def rate_probe(self) -> RateProbe:
        """Short trainings from new weights, which are always the same, at several learning rates."""
        again, others = self._copy.trained(), list[tuple[float, float]]()
        for factors in (LOWER, HIGHER):
            for factor in factors:
                others.append((factor * self.rate, self._copy.trained(factor)))
                if others[-1][1] > WORSE * again:
                    break
        share = min(1.0, self.updates / self._lesson.of_updates)
        return RateProbe(self.rate, again, tuple(sorted(others)), self.updates, share)

    @cached_property
    def continued(self) -> float:
        """The loss after a short training from the present weights."""
        return self._copy.trained(weights=self.weights)

    @cached_property
    def wider(self) -> ShortTraining:
        """A short training with four times the units."""
        copy = Copy(self._model, self._lesson, lambda layer: widened(layer, WIDER))
        units = max(layer.cell.units for layer in copy.recurrent if hasattr(layer.cell, "units"))
        return ShortTraining(copy.trained(), self.updates, units)

    @property
    def dropout(self) -> float:
        """The greatest share of values that a layer sets to zero."""
        return dropout(self._model)

    @cached_property
    def undropped(self) -> float:
        """The loss after a short training without dropout."""
        return Copy(self._model, self._lesson, undropped).trained()

    @property
    def weights(self) -> list[Array]:
        """Those of the model."""
        found: list[Array] = self._model.get_weights()
        return found

    @cached_property
    def fresh_runs(self) -> Sequence[LayerRun]:
        """The recurrent layers with new weights over some rows."""
        return tuple(layer_runs(Copy(self._model, self._lesson).model, self._lesson.x))

    @cached_property
    def fresh_flows(self) -> Sequence[Array]:
        """How a gradient grows through each of them, by lag."""
        return tuple(gradient_flow(each.dynamics, each.run) for each in self.fresh_runs)

    @cached_property
    def dead_shares(self) -> dict[str, float]:
        """The shares of dead units, by the names of the rectified layers, with the present weights."""
        self._copy.model.set_weights(self.weights)
        return dead_shares(self._copy.model, self._lesson.x)

    @cached_property
    def fresh_saturation(self) -> dict[str, float]:
        """By gate, the share of units and samples where its activation is flat, with new weights."""
        return saturated_shares(self.fresh_runs)

    @property
    def frozen_layers(self) -> list[str]:
        """The layers that are not trainable, and should be."""
        return frozen_layers(self._model)

    @property
    def unbounded_layers(self) -> list[str]:
        """The recurrent layers whose state has no bound."""
        return unbounded_layers(self._model)

    @property
    def finite(self) -> bool:
        """Whether all weights of the model are numbers of a reasonable size."""
        return finite(self._model)
