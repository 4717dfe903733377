"""Checks that a network is a causal function of its inputs, for every way of evaluation.

Axis letters: B lanes, T steps, I inputs, O outputs.
"""

from typing import Final

import numpy as np

from seqtasks.checks.check import DoesNotApply, expect
from seqtasks.checks.networks.subject import (
    LANES,
    SHAPES,
    STEPS,
    ModelSubject,
    inputs,
    no_starts,
    perturbed,
    relative_difference,
)
from seqtasks.core.network import AbstractNetwork, Array
from seqtasks.core.task import Kind, Shapes
from seqtasks.errors import UsageError

ROUNDING: Final = 1e-4  # in single precision, over a few steps
OTHERS: Final[tuple[tuple[Kind, int, bool], ...]] = (("binary", 1, False), ("class", 3, True), ("real", 2, False))


def outputs(subject: ModelSubject) -> None:
    """Networks for real, binary, class and symbol data return finite outputs (B, T, O), or build rejects the kind."""
    _check_outputs(subject, subject.network, SHAPES)
    rejected = 0
    for kind, width, symbols in OTHERS:
        shapes = Shapes(3, width, kind, symbols)
        try:
            network = subject.model.build(shapes, seed=0)
        except UsageError:
            rejected += 1
            continue
        _check_outputs(subject, network, shapes)
    expect(
        rejected < len(OTHERS) or getattr(subject.model, "readout", "") == "none",
        "build rejects binary targets, class targets, and several real targets.",
        "Build a readout with shapes.outputs outputs.",
    )


def _check_outputs(subject: ModelSubject, network: AbstractNetwork, shapes: Shapes) -> None:
    x = np.arange(2 * 5)[..., None].reshape(2, 5, 1) % 3 if shapes.symbols else inputs(2, 5, shapes.inputs)
    expect(
        network.shapes == shapes,
        f"A network built for {shapes} has shapes {network.shapes}.",
        "Return the shapes passed to build.",
    )
    y = network(x.astype(np.int32) if shapes.symbols else x)
    bare = subject.is_of_keras(network) and network.architecture.readout is None
    wide, finite = y.shape[2] if bare else shapes.outputs, bool(np.isfinite(y).all())
    expect(
        y.shape == (2, 5, wide) and finite,
        f"For {shapes}, the outputs of 5 steps of 2 lanes have shape {y.shape}, {'' if finite else 'not '}finite.",
        f"Return finite outputs of shape (2, 5, {wide}): values, one logit, or one logit for each class.",
    )


def stepping(subject: ModelSubject) -> None:
    """Evaluation step by step with the carried state gives the same outputs as evaluation of the whole sequence."""
    _check_stepping(subject, subject.network)


def _check_stepping(subject: ModelSubject, network: AbstractNetwork) -> None:
    x = inputs()
    state, found = network.initial_state(LANES), []
    for t in range(STEPS):
        y, state = network.step(x[:, t], state)
        found.append(y)
    stepped = np.stack(found, axis=1)
    far = relative_difference(_whole(subject, network, x), stepped)
    expect(
        far < ROUNDING,
        f"Step by step, the outputs differ from those of the whole sequence by {far:.2g}.",
        "Store everything that the next step depends on in the states that call receives and returns, and only there.",
    )


def carrying(subject: ModelSubject) -> None:
    """A sequence in two parts with the carried state gives the same outputs, and inputs affect later outputs."""
    network, x = subject.network, inputs()
    whole, _ = network.run(x, no_starts(), network.initial_state(LANES))
    first, state = network.run(x[:, :4], no_starts(steps=4), network.initial_state(LANES))
    second, _ = network.run(x[:, 4:], no_starts(steps=STEPS - 4), state)
    far = relative_difference(whole, np.concatenate([first, second], axis=1))
    expect(
        far < ROUNDING,
        f"Evaluated in two parts, the outputs differ by {far:.2g}.",
        "Start from the state that run receives, and return the state after the last step.",
    )
    other = x.copy()
    other[:, 0] += 1
    expect(
        relative_difference(whole[:, 1:], network(other)[:, 1:]) > 0,
        "A different input at the first step changes no later output: The network has no memory.",
        "Return a new state that depends on the input, and compute the output from the state.",
    )


def future(subject: ModelSubject) -> None:
    """No output depends on a later input."""
    network, x = subject.network, inputs()
    other = x.copy()
    other[:, 5] += 1
    far = relative_difference(_whole(subject, network, x)[:, :5], _whole(subject, network, other)[:, :5])
    expect(
        far < ROUNDING,
        f"A different input at step 5 changes earlier outputs by {far:.2g}.",
        "Compute each step only from its input and the state.",
    )


def resetting(subject: ModelSubject) -> None:
    """A start resets its lane to the initial state, and does not change the other lanes."""
    network, x = subject.network, inputs()
    starts = no_starts()
    starts[1, 4] = True
    found, _ = network.run(x, starts, network.initial_state(LANES))
    whole, afresh = network(x), network(x[:, 4:])
    far = relative_difference(found[1, 4:], afresh[1])
    expect(
        far < ROUNDING,
        f"After a start, the outputs differ by {far:.2g} from those of a new sequence.",
        "Replace the state by the initial state before each step where starts is true.",
    )
    others = max(relative_difference(found[[0, 2]], whole[[0, 2]]), relative_difference(found[1, :4], whole[1, :4]))
    expect(
        others < ROUNDING,
        f"A start in one lane changes earlier outputs or other lanes by {others:.2g}.",
        "Reset only the lane that starts, and only from that step on.",
    )


def lanes(subject: ModelSubject) -> None:
    """The outputs of a lane depend neither on the other lanes nor on the number of lanes."""
    network, x = subject.network, inputs()
    other = x.copy()
    other[1:] += 1
    expected, with_others, alone = network(x)[:1], network(other)[:1], network(x[:1])
    far = max(relative_difference(expected, with_others), relative_difference(expected, alone))
    expect(
        far < ROUNDING,
        f"The outputs of a lane change by {far:.2g} with the other lanes.",
        "Do not compute a mean, sum or normalization over the batch axis.",
    )


def readout(subject: ModelSubject) -> None:
    """With readout=none the network returns the input of the dense readout, whose weights give the dense outputs."""
    if getattr(subject.model, "readout", None) is None:
        raise DoesNotApply("The model has no setting readout.")
    dense, bare = (subject.changed(readout=choice).build(SHAPES, seed=1) for choice in ("dense", "none"))
    *recurrent, kernel, bias = perturbed(dense).weights()
    bare.load(recurrent)
    far = relative_difference(dense(inputs()), bare(inputs()) @ kernel + bias)
    expect(
        far < ROUNDING,
        f"With readout=none, the outputs differ from the input of the dense readout by {far:.2g}.",
        "If readout is none, omit the last layer and change nothing else.",
    )


def stacking(subject: ModelSubject) -> None:
    """Two stacked layers can be evaluated step by step, and the second layer adds its own state and weights."""
    if getattr(subject.model, "layers", None) is None:
        raise DoesNotApply("The model has no setting layers.")
    one, two = (subject.changed(layers=count).build(SHAPES, seed=1) for count in (1, 2))
    states = len(one.initial_state(1)), len(two.initial_state(1))
    expect(
        states[1] == 2 * states[0] and two.parameters > one.parameters,
        f"One layer has {states[0]} state arrays and {one.parameters} weights, two layers have {states[1]} and "
        f"{two.parameters}.",
        "Create a new cell for each layer.",
    )
    _check_stepping(subject, perturbed(two))


def _whole(subject: ModelSubject, network: AbstractNetwork, x: Array) -> Array:
    """The outputs for the whole sequence; of the Keras model, if the network has one."""
    if subject.is_of_keras(network):
        found: Array = network.keras_model().predict(x, verbose=0)
        return found
    return network(x)
