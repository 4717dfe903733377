"""What a program of the zoo is, and what training it yields."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

LEARNED = 0.8  # the skill of a healthy twin is at least this
FAILED = 0.8  # that of a faulty program is less


@dataclass(frozen=True)
class Size:
    """How large the programs are: units, steps of a row, rows, and epochs."""

    units: int
    steps: int
    rows: int
    epochs: int


SIZES = {"A": Size(units=12, steps=8, rows=256, epochs=14), "B": Size(units=16, steps=10, rows=320, epochs=14)}
"""Thresholds were chosen on A and the seeds 0 to 2; the figures reported are those of B and the seeds 10 to 12."""
SEEDS = {"A": (0, 1, 2), "B": (10, 11, 12)}


@dataclass(frozen=True)
class Setting:
    """One variant of a program: the recurrent cell, the seed of data and weights, and the size."""

    cell: str
    seed: int
    size: Size


@dataclass(frozen=True)
class Trial:
    """A Keras model as its program left it.

    Args:
        model: The trained model.
        x: The inputs it was fitted to.
        y: The targets.
        fit: The arguments of ``fit``, as ``seqtasks.explain`` takes them.
        loss: The loss of the last epoch, as ``fit`` reports it.
        chance: That of the best constant, in the same unit.
        optimum: The least possible loss.
    """

    model: Any
    x: Any
    y: Any
    fit: dict[str, Any]
    loss: float
    chance: float
    optimum: float = 0.0

    @property
    def skill(self) -> float:
        """0 for the best constant, 1 for the optimum."""
        return (self.chance - self.loss) / (self.chance - self.optimum)


@dataclass(frozen=True)
class Run:
    """The arguments of a run of seqtasks."""

    task: str
    arguments: dict[str, Any]


@dataclass(frozen=True)
class Case:
    """A faulty program and its twin.

    Args:
        name: What the program does wrong, in words of its own.
        faults: The name of the fault, then other names that say the same of this program.
        program: From the variant, and whether it is the faulty one, the trained model or the run.
        cells: The cells that it is built with, two where the fault can be in two.
        deceptive: Whether the faulty program reaches a low loss all the same: its figures say nothing.
        reports: The public reports it stands for.
    """

    name: str
    faults: tuple[str, ...]
    program: Callable[[Setting, bool], Trial | Run]
    cells: tuple[str, ...] = ("gru", "lstm")
    deceptive: bool = False
    reports: tuple[str, ...] = field(default=())
