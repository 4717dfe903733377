"""The loss that a Keras model is compiled with.

Axis letters: P points, O outputs.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, final

import keras
import numpy as np

from seqtasks.diagnosis.objective import Kind, Objective
from seqtasks.diagnosis.series import Array
from seqtasks.errors import UsageError

ROWS: Final = 16  # of the comparison of a function of the user with those of Keras
SAME: Final = 1e-4  # relative
Losses = keras.losses
KINDS: Final[dict[Any, Kind]] = {
    Losses.BinaryCrossentropy: "binary",
    Losses.BinaryFocalCrossentropy: "binary",
    Losses.CategoricalCrossentropy: "class",
    Losses.SparseCategoricalCrossentropy: "class",
    Losses.CategoricalFocalCrossentropy: "class",
    Losses.binary_crossentropy: "binary",
    Losses.categorical_crossentropy: "class",
    Losses.sparse_categorical_crossentropy: "class",
}


@final
@dataclass(frozen=True, slots=True)
class CompiledLoss:
    """The loss of a compiled model.

    Args:
        function: A function, or an object with ``call``, of targets and outputs.
        kind: Whether it compares values, or is a cross-entropy of two or of more classes.
        from_logits: Whether a cross-entropy takes logits, and not probabilities.
    """

    function: Any
    kind: Kind
    from_logits: bool

    @classmethod
    def of(cls, model: Any, outputs: int = 0) -> "CompiledLoss":
        """The loss of a model; a function of the user is a cross-entropy if it computes the same.

        Args:
            model: The model.
            outputs: The number of outputs of a step or row; 0 if unknown.

        Raises:
            UsageError: If the model is not compiled, or has a loss for each of several outputs.
        """
        loss = getattr(model, "loss", None)
        if loss is None:
            raise UsageError(
                "The model is not compiled, so that its loss is unknown.",
                "Compile it with the loss that you train with: model.compile(loss=...).",
            )
        if isinstance(loss, list | tuple | dict):
            flat = keras.tree.flatten(loss)
            if len(flat) != 1:
                raise UsageError(
                    f"The model has {len(flat)} losses, and explain examines one output.",
                    "Explain a model with one of the outputs: keras.Model(model.inputs, model.outputs[0]).",
                )
            loss = flat[0]
        function = Losses.get(loss)
        key = type(function) if isinstance(function, Losses.Loss) else function
        logits = bool(getattr(function, "from_logits", False)) or _config(function, "from_logits")
        found = cls(function, KINDS.get(key, "real"), logits)
        return _known(found, outputs) if found.own and outputs else found

    @property
    def own(self) -> bool:
        """Whether it is a function of the user."""
        module = getattr(self.function, "__module__", None) or type(self.function).__module__
        return not module.startswith("keras.")

    @property
    def objective(self) -> Objective:
        """The loss for predictions that are values or probabilities."""
        return Objective(self.kind, self.point_losses if self.kind == "real" else None)

    def predictions(self, outputs: Array, *, probabilities: bool) -> Array:
        """Outputs (P, O) as values or probabilities.

        Args:
            outputs: Of the model.
            probabilities: Whether the loss knows the outputs as probabilities, whatever ``from_logits`` says.
        """
        if self.kind == "real":
            return outputs
        o = outputs.astype(np.float64)
        if self.from_logits and not probabilities:
            if self.kind == "binary":
                return np.asarray(1 / (1 + np.exp(-np.clip(o, -50, 50))))
            powers = np.exp(o - o.max(axis=-1, keepdims=True))
            return np.asarray(powers / powers.sum(axis=-1, keepdims=True))
        p = np.clip(o, 0.0, 1.0)
        return p if self.kind == "binary" else np.asarray(p / np.maximum(p.sum(axis=-1, keepdims=True), 1e-7))

    def point_losses(self, targets: Array, outputs: Array) -> Array:
        """The loss (P,) of values, of each point by itself."""
        y, o = (keras.ops.convert_to_tensor(np.asarray(each, np.float32)) for each in (targets, outputs))
        found = self.raw(y, o)
        if found.shape.rank == 0 or found.shape[0] != len(targets):  # it averages over the batch
            mean = np.mean(np.square(targets - outputs), axis=-1)
            return np.asarray(mean)
        return np.asarray(found.numpy().reshape(len(targets), -1).mean(axis=1))

    def raw(self, targets: Any, outputs: Any) -> Any:
        """What the function returns for tensors, before any reduction that Keras adds.

        Keras gives targets of a plain function the axes of the outputs; an object receives them as they are.
        """
        if isinstance(self.function, Losses.Loss):
            return self.function.call(targets, outputs)
        if len(targets.shape) + 1 == len(outputs.shape) and outputs.shape[-1] == 1:
            targets = targets[..., None]
        return self.function(targets, outputs)


def _config(function: Any, name: str) -> bool:
    config = function.get_config() if isinstance(function, Losses.Loss) else {}
    return bool(config.get(name, False))


def _known(loss: CompiledLoss, outputs: int) -> CompiledLoss:
    """A loss of the user as the cross-entropy that it computes; as it is if it computes something else."""
    random = np.random.default_rng(0)
    o = random.dirichlet(np.ones(outputs), ROWS) if outputs > 1 else random.random((ROWS, 1))
    for kind, y, function in _cross_entropies(random, outputs):
        for logits in (False, True):
            if _same(loss, function, *(each.astype(np.float32) for each in (y, o)), from_logits=logits):
                return CompiledLoss(loss.function, kind, logits)
    return loss


def _cross_entropies(random: np.random.Generator, outputs: int) -> Iterator[tuple[Kind, Array, Any]]:
    """Kinds, targets of rows, and the functions of Keras that compare them with that many outputs."""
    if outputs > 1:
        labels = random.integers(outputs, size=ROWS)
        yield "class", labels, Losses.sparse_categorical_crossentropy
        yield "class", labels[:, None], Losses.sparse_categorical_crossentropy
        yield "class", np.eye(outputs)[labels], Losses.categorical_crossentropy
    yield "binary", random.integers(2, size=(ROWS, outputs)), Losses.binary_crossentropy


def _same(loss: CompiledLoss, function: Any, y: Array, o: Array, *, from_logits: bool) -> bool:
    """Whether a loss of the user is a function of Keras, for some targets and outputs."""
    expected = np.mean(function(y, o, from_logits=from_logits))
    try:
        found = np.mean(loss.raw(*(keras.ops.convert_to_tensor(each) for each in (y, o))))
    except Exception:  # what a function raises for targets of another form
        return False
    return bool(abs(found - expected) <= SAME * abs(expected))
