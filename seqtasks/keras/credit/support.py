"""Checks that a rule supports the cells of a network, by tracing one step of each into a graph that is not run."""

from collections.abc import Iterator
from contextlib import contextmanager

import tensorflow as tf

from seqtasks.errors import UsageError
from seqtasks.keras.architecture import Architecture, RecurrentLayer, Tensors
from seqtasks.keras.vectorisation import LOOPS


def check_structured(arch: Architecture, rule: str) -> None:
    """Raise an error for cells that declare no structure.

    Raises:
        UsageError: If there is such a cell.
    """
    for part in arch.layers:
        if part.structure is None:
            raise UsageError(
                f"{rule} needs the structure of each cell, but {type(part.layer.cell).__name__} declares none.",
                "Use gru, lstm, simple-rnn or a built-in cell, or derive the cell from AbstractStructuredCell.",
            )


def check_output_is_state(arch: Architecture, rule: str) -> None:
    """Raise an error for cells without a structure whose output is not one of their new states.

    Raises:
        UsageError: If there is such a cell.
    """
    for part in arch.layers:
        with _traced(arch, part) as (_, _, x, after):
            shown = any(each is x for each in after)
        if part.structure is None and not shown:
            raise UsageError(
                f"{rule} needs a cell whose output is an array of its new state, and that of {_name(part)} is not.",
                "Return the state itself as the output, or derive the cell from AbstractStructuredCell.",
            )


def check_no_loops(arch: Architecture, rule: str) -> None:
    """Raise an error for cells with a loop in their step.

    TensorFlow cannot differentiate a loop for all numbers of a state at once.

    Raises:
        UsageError: If there is such a cell.
    """
    found = arch.program("cells with a loop", lambda: [_name(part) for part in arch.layers if _loops(arch, part)])
    if found:
        raise UsageError(
            f"{rule} differentiates a step with respect to all values of the state at once, but the step of "
            f"{found[0]} contains a loop.",
            "Unroll the loop, or use --trainer online, which takes any cell.",
        )


def check_differentiable(arch: Architecture, rule: str) -> None:
    """Raise an error for cells with weights to train whose step has no gradient.

    Raises:
        UsageError: If there is such a cell.
    """
    found = arch.program(
        "cells without gradient", lambda: [_name(part) for part in arch.layers if not _learns(arch, part)]
    )
    if found:
        raise UsageError(
            f"The step of {found[0]} has no gradient with respect to its weights, and {rule} needs one.",
            "Leave out what is not differentiable in the cell, such as rounding, or do not train its weights.",
        )


def check_trains_recurrent_weights(arch: Architecture, rule: str) -> None:
    """Raise an error for networks that train no recurrent weight.

    Raises:
        UsageError: If no recurrent weight is trained.
    """
    weights = list(arch.variables)
    if not any(arch.trained(weights, part) for part in arch.layers):
        raise UsageError(
            f"{rule} trains recurrent weights, but this network has none that are trainable.",
            "Use --trainer online:window=1, which trains the readout, or a trainer of readouts.",
        )


def _loops(arch: Architecture, part: RecurrentLayer) -> bool:
    with _traced(arch, part) as (graph, *_):
        return any(operation.type in LOOPS for operation in graph.get_operations())


def _learns(arch: Architecture, part: RecurrentLayer) -> bool:
    with _traced(arch, part) as (_, weights, _, after):
        trained = arch.trained(weights, part)
        if not trained:
            return True
        try:
            found = tf.gradients([tf.reduce_sum(each) for each in after], trained)
        except LookupError:  # an operation without a gradient
            return False
        return any(gradient is not None for gradient in found)


@contextmanager
def _traced(arch: Architecture, part: RecurrentLayer) -> Iterator[tuple[tf.Graph, Tensors, tf.Tensor, Tensors]]:
    """A graph of one step of a layer: the graph, the weights, the output and the new state."""
    with tf.Graph().as_default() as graph:
        weights = [tf.zeros(variable.shape, arch.dtype) for variable in arch.variables]
        state = arch.initial_state(weights, 1)[part.states]
        x, after = arch.layer_step(part, weights, tf.zeros((1, arch.width(part)), arch.dtype), state)
        yield graph, weights, x, after


def _name(part: RecurrentLayer) -> str:
    return type(part.layer.cell).__name__
