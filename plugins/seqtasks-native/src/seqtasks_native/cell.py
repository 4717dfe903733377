"""The interface of native cells: one scalar function of a unit, and its derivative.

Axis letters: I inputs, H units, G weighted sums of a unit, K arrays of a state, Q weights that a unit has for itself.
"""

from abc import ABC, abstractmethod
from typing import ClassVar

Numbers = tuple[float, ...]


class AbstractNativeCell(ABC):
    """A unit as a function of its weighted sums and its own state. Subclasses are final and never instantiated.

        u = G weighted sums            the first ``input_sums`` of them of (x, 1), the last ``state_sums`` of (h, 1)
        s' = step(u, s, p, c)          K numbers; h is the first array of the state
        y = the first ``outputs`` arrays of the new state

    A sum that is among the first and among the last is the sum of both products. ``step`` and ``slopes`` are compiled,
    and are plain Python as well: they take tuples of numbers, return tuples, and call nothing but the functions of
    :mod:`seqtasks_native.elementary`. A number written into a formula is a float64, and makes a network of float32
    slower, which these functions help to avoid. A model compares the slopes with finite differences before it builds a
    network.

    Attributes:
        sums: G.
        input_sums: How many of the sums, from the first, take the inputs.
        state_sums: How many of the sums, from the last, take the state h; 0 if units do not mix.
        arrays: K.
        outputs: How many arrays of the state, from the first, are outputs.
        own: Q.
        input_bias: Whether the sums of the inputs have a bias.
        state_bias: Whether those of the state have one, too.
        constants: Names of the model's settings that ``step`` takes as c.
        weights: The order of the network's weights: ``inputs``, ``states``, ``bias``, and ``own`` once for each own
            weight. A bias of inputs and states is one array of two rows.
        gates: For each gate of the input weights, as the network has them, which of the first sums it is.
    """

    sums: ClassVar[int]
    input_sums: ClassVar[int]
    state_sums: ClassVar[int]
    arrays: ClassVar[int] = 1
    outputs: ClassVar[int] = 1
    own: ClassVar[int] = 0
    input_bias: ClassVar[bool] = True
    state_bias: ClassVar[bool] = False
    constants: ClassVar[tuple[str, ...]] = ()
    weights: ClassVar[tuple[str, ...]] = ("inputs", "states", "bias")
    gates: ClassVar[tuple[int, ...]]

    @staticmethod
    @abstractmethod
    def step(u: Numbers, s: Numbers, p: Numbers, c: Numbers) -> Numbers:
        """The new state of a unit, K numbers.

        Args:
            u: G sums.
            s: K numbers of the unit's state.
            p: Q weights of its own.
            c: The constants.
        """

    @staticmethod
    @abstractmethod
    def slopes(u: Numbers, s: Numbers, p: Numbers, c: Numbers) -> tuple[Numbers, Numbers, Numbers]:
        """The derivatives of :meth:`step`: by the sums (K G), by the state (K K), and by the own weights (K Q).

        Each is written out row after row: all derivatives of the first number of the new state come first.
        """
