"""Whether a network is one function of its past, whichever way it is fed.

Axis letters: B lanes, T steps, I inputs, O outputs.
"""

from typing import Final

import numpy as np

from seqtasks.checks.check import DoesNotApply, expect
from seqtasks.checks.networks.subject import LANES, SHAPES, STEPS, ModelSubject, apart, inputs, never, shaken
from seqtasks.core.network import AbstractNetwork, Array
from seqtasks.core.task import Kind, Shapes
from seqtasks.errors import UsageError

ROUNDING: Final = 1e-4  # of single precision, through a few steps
OTHERS: Final[tuple[tuple[Kind, int, bool], ...]] = (("binary", 1, False), ("class", 3, True), ("real", 2, False))


def outputs(subject: ModelSubject) -> None:
    """Networks for numbers, bits, classes and symbols give finite outputs (B, T, O), or refuse with a reason."""
    _gives(subject, subject.network, SHAPES)
    refused = 0
    for kind, width, symbols in OTHERS:
        shapes = Shapes(3, width, kind, symbols)
        try:
            network = subject.model.build(shapes, seed=0)
        except UsageError:
            refused += 1
            continue
        _gives(subject, network, shapes)
    expect(
        refused < len(OTHERS) or getattr(subject.model, "readout", "") == "none",
        "build refuses binary, class and several real targets.",
        "Give networks a readout of as many outputs as the task's shapes say.",
    )


def _gives(subject: ModelSubject, network: AbstractNetwork, shapes: Shapes) -> None:
    x = np.arange(2 * 5)[..., None].reshape(2, 5, 1) % 3 if shapes.symbols else inputs(2, 5, shapes.inputs)
    expect(network.shapes == shapes, f"Built for {shapes}, a network says it has {network.shapes}.", "Keep them.")
    y = network(x.astype(np.int32) if shapes.symbols else x)
    bare = subject.is_of_keras(network) and network.architecture.readout is None
    wide, finite = y.shape[2] if bare else shapes.outputs, bool(np.isfinite(y).all())
    expect(
        y.shape == (2, 5, wide) and finite,
        f"For {shapes} the outputs of 5 steps of 2 lanes are {y.shape}, {'' if finite else 'not '}finite.",
        f"Give finite outputs (2, 5, {wide}): values, one logit, or a logit for each class.",
    )


def stepping(subject: ModelSubject) -> None:
    """Fed one step at a time, the state carried, a network gives what it gives to the whole sequence."""
    _stepped_as_whole(subject, subject.network)


def _stepped_as_whole(subject: ModelSubject, network: AbstractNetwork) -> None:
    x = inputs()
    state, found = network.initial_state(LANES), []
    for t in range(STEPS):
        y, state = network.step(x[:, t], state)
        found.append(y)
    stepped = np.stack(found, axis=1)
    far = apart(_whole(subject, network, x), stepped)
    expect(
        far < ROUNDING,
        f"Step by step the outputs differ from those of the whole sequence by {far:.2g}.",
        "Keep in the states that call takes and returns whatever the next step depends on, and nothing anywhere else.",
    )


def carrying(subject: ModelSubject) -> None:
    """A sequence in two pieces, the state carried, is the sequence; what was seen at the first step matters later."""
    network, x = subject.network, inputs()
    whole, _ = network.run(x, never(), network.initial_state(LANES))
    first, state = network.run(x[:, :4], never(steps=4), network.initial_state(LANES))
    second, _ = network.run(x[:, 4:], never(steps=STEPS - 4), state)
    far = apart(whole, np.concatenate([first, second], axis=1))
    expect(
        far < ROUNDING,
        f"In two pieces the outputs differ by {far:.2g}.",
        "Return the state after the last step, and begin from the one that is given.",
    )
    other = x.copy()
    other[:, 0] += 1
    expect(
        apart(whole[:, 1:], network(other)[:, 1:]) > 0,
        "Another input at the first step changes no later output: the network remembers nothing.",
        "Return a new state that depends on the input, and let the output depend on the state.",
    )


def future(subject: ModelSubject) -> None:
    """An input changes no output before its own step."""
    network, x = subject.network, inputs()
    other = x.copy()
    other[:, 5] += 1
    far = apart(_whole(subject, network, x)[:, :5], _whole(subject, network, other)[:, :5])
    expect(
        far < ROUNDING,
        f"Another input at step 5 changes outputs before it by {far:.2g}.",
        "Let each step see its own input and the state, and nothing of the rest of the sequence.",
    )


def resetting(subject: ModelSubject) -> None:
    """Where an episode starts, a lane goes on as from the initial state, and the other lanes as if nothing happened."""
    network, x = subject.network, inputs()
    starts = never()
    starts[1, 4] = True
    found, _ = network.run(x, starts, network.initial_state(LANES))
    whole, afresh = network(x), network(x[:, 4:])
    far = apart(found[1, 4:], afresh[1])
    expect(
        far < ROUNDING,
        f"After a start the outputs differ by {far:.2g} from those of a new sequence.",
        "Where starts is true, put the initial state in the state's place before the step.",
    )
    others = max(apart(found[[0, 2]], whole[[0, 2]]), apart(found[1, :4], whole[1, :4]))
    expect(
        others < ROUNDING,
        f"A start in one lane moves outputs elsewhere by {others:.2g}.",
        "Reset the lane alone.",
    )


def rows(subject: ModelSubject) -> None:
    """Lanes do not see one another: a lane alone gives what it gives among others, whatever those are."""
    network, x = subject.network, inputs()
    other = x.copy()
    other[1:] += 1
    among, beside, alone = network(x)[:1], network(other)[:1], network(x[:1])
    far = max(apart(among, beside), apart(among, alone))
    expect(
        far < ROUNDING,
        f"The outputs of a lane move by {far:.2g} with what is in the other lanes.",
        "Compute along the last axes alone: no mean, sum or normalisation over the first.",
    )


def readout(subject: ModelSubject) -> None:
    """With readout=none the top state is given; the dense readout's weights applied to it give the dense outputs."""
    if getattr(subject.model, "readout", None) is None:
        raise DoesNotApply("The model has no setting readout.")
    dense, bare = (subject.changed(readout=choice).build(SHAPES, seed=1) for choice in ("dense", "none"))
    *recurrent, kernel, bias = shaken(dense).weights()
    bare.load(recurrent)
    far = apart(dense(inputs()), bare(inputs()) @ kernel + bias)
    expect(
        far < ROUNDING,
        f"With readout=none the outputs are not what the dense readout sees: they differ by {far:.2g}.",
        "Leave out the last layer where readout is none, and change nothing else.",
    )


def stacking(subject: ModelSubject) -> None:
    """Two layers, one above the other, step as they pass, and the upper one adds a state and weights of its own."""
    if getattr(subject.model, "layers", None) is None:
        raise DoesNotApply("The model has no setting layers.")
    one, two = (subject.changed(layers=count).build(SHAPES, seed=1) for count in (1, 2))
    states = len(one.initial_state(1)), len(two.initial_state(1))
    expect(
        states[1] == 2 * states[0] and two.parameters > one.parameters,
        f"One layer has {states[0]} arrays of state and {one.parameters} weights, two have {states[1]} and "
        f"{two.parameters}.",
        "Make a new cell for each layer.",
    )
    _stepped_as_whole(subject, shaken(two))


def _whole(subject: ModelSubject, network: AbstractNetwork, x: Array) -> Array:
    """The outputs by the view of whole sequences, where there is one."""
    if subject.is_of_keras(network):
        found: Array = network.keras_model().predict(x, verbose=0)
        return found
    return network(x)
