"""Fixed sets of sequences as chunks, standardised by the training set."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, Self, final

import numpy as np
from numpy.typing import NDArray

from seqtasks.core.loss import step_losses
from seqtasks.core.task import Chunk, Encoding, FixedSets, Kind, Output, Shapes
from seqtasks.errors import DataError
from seqtasks.tables.kinds import TWO
from seqtasks.tasks.scaling import Scaling
from seqtasks.tasks.sequence_arrays import SequenceArrays

Asked = Literal["auto", "real", "binary", "class"]
TRAIN, VALIDATION, TEST = "train", "validation", "test"
_TABLE: Final = 2  # axes of labels: one for each step


@final
@dataclass(frozen=True, eq=False)
class SequenceData:
    """Chunks of the sets, and what networks of them must fit.

    Args:
        sets: Training and validation.
        test: The test set.
        shapes: Inputs, outputs, and kind.
        encoding: Means, scales, and labels.
        chance: The loss in the test set of the best constant of the training set.
    """

    sets: FixedSets
    test: Chunk
    shapes: Shapes
    encoding: Encoding
    chance: float

    @classmethod
    def of(cls, sets: Mapping[str, SequenceArrays], kind: Asked, file: str) -> Self:
        """Standardise by the training set.

        Raises:
            DataError: If sets do not fit together, or the training set shows nothing to learn.
        """
        train = sets[TRAIN]
        for name, each in sets.items():
            if each.inputs.shape[2] != train.inputs.shape[2] or each.targets.shape[2:] != train.targets.shape[2:]:
                raise DataError(
                    f"{file}: the {name} set has other features or targets than the training set.",
                    "Use the same numbers of features and targets in all sets.",
                )
            if not each.weights.any():
                raise DataError(
                    f"{file}: no step of the {name} set counts.", "Set the weight of at least one step above 0."
                )
        target = _Target.of(train, kind, file)
        seen = train.inputs[train.real]
        scalings = [Scaling.of(column) for column in seen.T]
        means, scales = (np.array([getattr(one, name) for one in scalings]) for name in ("mean", "scale"))

        def chunk(name: str, one: SequenceArrays) -> Chunk:
            with np.errstate(over="ignore"):  # what is too large is refused, with its place, where chunks are made
                inputs = np.where(one.real[..., None], (one.inputs - means) / scales, 0.0).astype(np.float32)
            starts = np.zeros(one.weights.shape, np.bool_)
            starts[:, 0] = True
            targets = target.encoded(one, name)
            for what, array in (("an input", inputs), ("a target", targets)):
                bad = np.argwhere(~np.isfinite(array))
                if bad.size:
                    raise DataError(
                        f"{file}: {what} of the {name} set is not finite or too large, in sequence {bad[0][0] + 1}, "
                        f"step {bad[0][1] + 1}.",
                        "Correct it, or leave the sequence out.",
                    )
            return Chunk(inputs, targets, one.weights, starts)

        chunks = {name: chunk(name, one) for name, one in sets.items()}
        shapes = Shapes(train.inputs.shape[2], target.outputs, target.kind)
        names = tuple(f"x{i}" for i in range(shapes.inputs)) if shapes.inputs > 1 else ("x",)
        encoding = Encoding(
            names,
            tuple(means.tolist()),
            tuple(scales.tolist()),
            target.meanings,
            target.classes,
            targets_of="step" if train.by_step else "sequence",
        )
        chance = target.chance(chunks[TRAIN], chunks[TEST])
        return cls(FixedSets(chunks[TRAIN], chunks.get(VALIDATION)), chunks[TEST], shapes, encoding, chance)


def has_labels(train: SequenceArrays, asked: Asked) -> bool:
    """Whether the targets are labels: by default, all but floating-point numbers are."""
    return train.targets.dtype.kind != "f" if asked == "auto" else asked != "real"


@final
@dataclass(frozen=True, eq=False)
class _Target:
    """How targets become those of a network: standardised numbers, bits, or classes."""

    kind: Kind
    classes: tuple[str, ...]
    scalings: tuple[Scaling, ...]

    @classmethod
    def of(cls, train: SequenceArrays, asked: Asked, file: str) -> Self:
        values = train.targets[train.weights > 0]
        if not has_labels(train, asked):
            if values.dtype.kind not in "biuf" or not np.isfinite(values).all():
                raise DataError(f"{file}: a target is not a finite number.", "Correct it, or choose kind=class.")
            columns = values.reshape(len(values), -1).T.astype(np.float64)
            if all((column == column[0]).all() for column in columns):
                raise DataError(f"{file}: the target is {values[0]} in the whole training set.", "Choose another one.")
            return cls("real", (), tuple(Scaling.of(column) for column in columns))
        if train.targets.ndim > _TABLE:
            raise DataError(
                f"{file}: y has {train.targets.shape[2]} labels for each of its steps or sequences.",
                f"Pass one for each sequence, or for each of {train.targets.shape[1]} steps.",
            )
        classes = tuple(str(label) for label in np.unique(values))
        if len(classes) < TWO:
            raise DataError(
                f"{file}: the training set has one label, {classes[0]}.", "Add sequences with another label."
            )
        if asked == "binary" and len(classes) != TWO:
            raise DataError(f"{file}: the target has {len(classes)} labels, not two.", "Choose kind=class.")
        return cls("binary" if len(classes) == TWO and asked != "class" else "class", classes, ())

    @property
    def outputs(self) -> int:
        """How many outputs a network has."""
        return {"real": len(self.scalings), "binary": 1, "class": len(self.classes)}[self.kind]

    @property
    def meanings(self) -> tuple[Output, ...]:
        """The meanings of the outputs, in their order."""
        if self.kind != "real":
            return (Output("y"),)
        names = ["y"] if len(self.scalings) == 1 else [f"y{n}" for n in range(len(self.scalings))]
        return tuple(
            Output(name, mean=one.mean, scale=one.scale) for name, one in zip(names, self.scalings, strict=True)
        )

    def encoded(self, one: SequenceArrays, name: str) -> NDArray[Any]:
        """(n, T, O) float32, or classes (n, T, 1) int32; 0 where a step does not count.

        Raises:
            DataError: If a label is not one of the training set.
        """
        counted = one.weights > 0
        if self.kind == "real":
            means, scales = ([getattr(each, name) for each in self.scalings] for name in ("mean", "scale"))
            numbers = one.targets.reshape(*counted.shape, -1).astype(np.float64)
            with np.errstate(over="ignore"):  # what is too large is refused, with its place, where chunks are made
                return np.where(counted[..., None], (numbers - means) / scales, 0.0).astype(np.float32)
        labels = one.targets.astype(str)
        codes = np.searchsorted(np.sort(self.classes), labels)
        order = np.argsort(self.classes)
        found = order[np.minimum(codes, len(self.classes) - 1)]
        unknown = np.argwhere(counted & (np.array(self.classes)[found] != labels))
        if unknown.size:
            place, step = unknown[0]
            raise DataError(
                f"The {name} set has the label {labels[place, step]}, and the training set does not.",
                f"Those of the training set are {', '.join(self.classes)}. Leave the sequence out, or "
                "give sets that all have every label.",
            )
        return np.where(counted, found, 0)[..., None].astype(np.float32 if self.kind == "binary" else np.int32)

    def chance(self, train: Chunk, test: Chunk) -> float:
        """The loss of the best constant of the training set."""
        weights = train.weights[train.weights > 0].astype(np.float64)
        values = train.targets[train.weights > 0]
        if self.kind == "real":
            outputs = np.average(values, axis=0, weights=weights)
        else:
            shares = np.bincount(values[:, 0].astype(np.intp), weights, minlength=len(self.classes)) / weights.sum()
            outputs = np.log(shares[1:] / shares[:1]) if self.kind == "binary" else np.log(shares)
        constant = np.broadcast_to(outputs, (*test.weights.shape, len(outputs)))
        losses = step_losses(self.kind, test.targets, constant)
        return float(np.average(losses, weights=test.weights))
