"""One step's derivatives: of the new state by the old one, and by each weight.

    s' = f(s, x; w)        J = df/ds (B, N, N)        I_w = df/dw (B, N, |w|), the immediate influence

Axis letters: B lanes, N numbers of a lane's state, K arrays (B, H) of a structured cell's state, G its weighted sums.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast, final

import numpy as np
import tensorflow as tf

from seqtasks.keras.architecture import Architecture, RecurrentLayer, Tensors
from seqtasks.keras.program import once, side_by_side
from seqtasks.keras.structure import AbstractStructure

ZERO = tf.UnconnectedGradients.ZERO

Step = Callable[[tf.Tensor, Tensors], Tensors]  # inputs and state to the new state's arrays, the weights within


def dense(
    arch: Architecture, step: Step, watched: Tensors, inputs: tf.Tensor, state: Tensors
) -> tuple[tf.Tensor, Tensors]:
    """J and the I of each watched weight, for any step, by N vector-Jacobian products."""

    def lane(inputs: tf.Tensor, state: Tensors) -> Any:
        with recording(arch) as tape:
            tape.watch([*state, *watched])
            after = step(inputs[None], [array[None] for array in state])
            flat = tf.concat([tf.reshape(array, [-1]) for array in after], axis=0)
        found = jacobians(arch, tape, flat, [*state, *watched])
        rows = [tf.reshape(each, [flat.shape[0], -1]) for each in found]
        return tf.concat(rows[: len(state)], axis=1), rows[len(state) :]

    return cast(tuple[tf.Tensor, Tensors], lane_by_lane(arch, lane, inputs, state))


def recording(arch: Architecture) -> tf.GradientTape:
    """A tape from which :func:`jacobians` can be taken."""
    return tf.GradientTape(persistent=not arch.vectorises, watch_accessed_variables=False)


def jacobians(arch: Architecture, tape: tf.GradientTape, of: tf.Tensor, by: Tensors) -> Tensors:
    """The Jacobians of a vector: by all vector-Jacobian products at once where the step vectorises, else in a loop."""
    found: Tensors = tape.jacobian(of, by, unconnected_gradients=ZERO, experimental_use_pfor=arch.vectorises)
    return found


@final
@dataclass(frozen=True, eq=False)
class Local:
    """What a structured layer's step does, unit by unit.

    Args:
        sums: K lists of G arrays (B, H): ds'_k[i] / du_g[i].
        past: K lists of K arrays (B, H): ds'_k[i] / ds_j[i] while the sums stay as they are.
        immediate: K lists of arrays (B, *w), for each trained weight: ds'_k[i] / dw[..., i], of the one unit that the
            column acts on.
    """

    sums: list[Tensors]
    past: list[Tensors]
    immediate: list[Tensors]


def local(arch: Architecture, part: RecurrentLayer, weights: Tensors, inputs: tf.Tensor, state: Tensors) -> Local:
    """The derivatives of a structured layer's step, by 2 K vector-Jacobian products: what is element-wise stays so."""
    cell = part.declared
    watched = arch.trained(weights, part)

    def lane(inputs: tf.Tensor, state: Tensors) -> Any:
        rows = [array[None] for array in state]
        with arch.reading(weights), tf.GradientTape(persistent=True, watch_accessed_variables=False) as weighing:
            weighing.watch(watched)
            sums = cell.preactivations(inputs[None], rows)
        with arch.reading(weights), tf.GradientTape(persistent=True, watch_accessed_variables=False) as updating:
            updating.watch([*sums, *rows, *watched])
            after = cell.update(sums, rows)
        found = []
        for array in after:
            slopes = updating.gradient(array, [*sums, *rows], unconnected_gradients=ZERO)
            slopes = tf.split(once(tf.concat(slopes, axis=0)), len(slopes))
            by_sums, by_state = slopes[: len(sums)], slopes[len(sums) :]
            through = weighing.gradient(sums, watched, by_sums, unconnected_gradients=ZERO)
            within = updating.gradient(array, watched)  # of what the update itself reads of the weights
            immediate = [new if own is None else new + own for new, own in zip(through, within, strict=True)]
            found.append(([each[0] for each in by_sums], [each[0] for each in by_state], immediate))
        return [list(each) for each in zip(*found, strict=True)]

    return Local(*lane_by_lane(arch, lane, inputs, state))


def unit_blocks(cell: AbstractStructure, here: Local) -> list[Tensors]:
    """Each unit's own Jacobian: K lists of K arrays (B, H)."""
    matrices = cell.state_matrices()
    if matrices is None:
        return here.past
    own = tf.reduce_sum(matrices * tf.eye(cell.units, dtype=matrices.dtype), axis=1)  # (G, H)
    through = [sum(each * own[g] for g, each in enumerate(one)) for one in here.sums]
    return [[by_first + own, *others] for (by_first, *others), own in zip(here.past, through, strict=True)]


def jacobian(cell: AbstractStructure, here: Local) -> tf.Tensor:
    """J (B, K H, K H) from the structure."""
    matrices = cell.state_matrices()
    rows = []
    for sums, past in zip(here.sums, here.past, strict=True):
        blocks = [tf.linalg.diag(array) for array in past]
        if matrices is not None:
            blocks[0] += sum(each[:, :, None] * tf.transpose(matrices[g])[None] for g, each in enumerate(sums))
        rows.append(tf.concat(blocks, axis=2))
    return once(tf.concat(rows, axis=1))


def at_random(arch: Architecture, part: RecurrentLayer) -> tuple[Tensors, tf.Tensor, Tensors]:
    """Weights, inputs and a state of one lane of a layer, drawn: where a derivative is 0 there, it always is."""
    random = np.random.default_rng(0)

    def draw(*shape: int) -> tf.Tensor:
        return tf.constant(random.normal(size=shape), arch.dtype)

    weights = [draw(*variable.shape) for variable in arch.variables]
    state = [draw(*array.shape) for array in arch.initial_state(weights, 1)[part.states]]
    return weights, draw(1, arch.width(part)), state


def lane_by_lane(arch: Architecture, lane: Callable[..., Any], inputs: tf.Tensor, *rest: Any) -> Any:
    """Apply a function of one lane to each lane: all tensors in and out have lanes first.

    The lanes are taken all at once if the architecture's steps vectorise, else one after another.
    """
    if inputs.shape[0] == 1:
        single = lane(inputs[0], *tf.nest.map_structure(lambda array: array[0], rest))
        return tf.nest.map_structure(lambda array: array[None], single)
    return side_by_side(lane, inputs.shape[0], arch.vectorises)(inputs, *rest)


def matrix_shape(arch: Architecture, part: RecurrentLayer) -> tuple[int, int] | None:
    """(F, G H) of a layer's matrix of weighted sums, found without computing it; None where it is not declared."""
    with tf.Graph().as_default(), arch.reading([tf.zeros(variable.shape, arch.dtype) for variable in arch.variables]):
        matrix = part.structure.weight_matrix() if part.structure is not None else None
        return None if matrix is None else tuple(matrix.shape)
