"""Whether a network is its weights: drawn from the seed, handed out and taken back, saved, in any precision."""

import tempfile
from pathlib import Path
from typing import Final

import numpy as np

from seqtasks.checks.check import DoesNotApply, expect
from seqtasks.checks.difference import difference
from seqtasks.checks.networks.subject import SHAPES, ModelSubject, apart, inputs, shaken
from seqtasks.checks.states import global_random_states
from seqtasks.core.network import AbstractNetwork, Array
from seqtasks.core.task import Encoding
from seqtasks.files import network_file, store

SAME: Final = 1e-6
SLIGHT: Final = 1e-9  # of a weight; less than single precision can tell
CLEAR: Final = 1e-5  # more than that
HALF: Final = 0.5  # of what outputs move by: single precision moves them not at all, or by far too much
EXACT: Final = 1e-13  # of an output: what a few steps of double precision round
SINGLE: Final = 1e-3  # how far single precision may be from double


def seeding(subject: ModelSubject) -> None:
    """The same seed gives the same weights and another seed others; global random states stay as they are."""
    before = global_random_states()
    one, same, other = (subject.model.build(SHAPES, seed).weights() for seed in (1, 1, 2))
    expect(
        global_random_states() == before,
        "build changes Python's or NumPy's global random state.",
        "Draw from a generator of its own, or within seqtasks.keras.network.seeded.",
    )
    expect(
        all(np.array_equal(a, b) for a, b in zip(one, same, strict=True)),
        "Two networks of the same seed begin with other weights.",
        "Give initializers no seed of their own and draw nothing from the clock: Keras draws from Python's random, "
        "which is seeded while a network is built.",
    )
    expect(
        any(not np.array_equal(a, b) for a, b in zip(one, other, strict=True)),
        "Networks of seeds 1 and 2 begin with the same weights.",
        "Let the initial weights depend on the seed.",
    )


def handing(subject: ModelSubject) -> None:
    """A network that takes another's weights gives its outputs; weights() gives copies; parameters counts them."""
    network = subject.network
    other = subject.model.build(SHAPES, seed=5)
    other.load(network.weights())
    far = apart(network(inputs()), other(inputs()))
    expect(
        far < SAME,
        f"With the weights of another network the outputs differ by {far:.2g}.",
        "Hand out every number that outputs depend on in weights(), and take all of them in load().",
    )
    found = other.weights()
    for array in found:
        array[...] = 0
    expect(
        apart(network(inputs()), other(inputs())) < SAME,
        "Writing into what weights() gave changes the network.",
        "Return copies.",
    )
    count = sum(array.size for array in found)
    expect(
        network.parameters == count,
        f"parameters is {network.parameters}, and the weights are {count} numbers.",
        "Leave parameters to AbstractNetwork.",
    )


def saving(subject: ModelSubject) -> None:
    """A network that was saved in a file and loaded from it gives the same outputs, to the bit."""
    if subject.spec is None:
        raise DoesNotApply("A model without a name in the catalogue cannot be saved.")
    network = subject.network
    stored = store.Stored(network, Encoding.plain(SHAPES), subject.spec.recorded(), task="none")
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "checked.net")
        store.save(network_file.target(path, force=False), stored, subject.host, versions={})
        loaded = store.load(path, subject.host).network
    expect(
        np.array_equal(network(inputs()), loaded(inputs())),
        "Loaded from its file, the network gives other outputs.",
        "Let the model's settings and the weights decide everything: keep no other number in a network.",
    )


def precision(subject: ModelSubject) -> None:
    """In double precision weights, state and outputs are doubles, and the outputs are those of single precision."""
    single, double = subject.standard.build(SHAPES, 1), subject.standard.build(SHAPES, 1, dtype="float64")
    shaken(single)
    double.load(single.weights())
    kinds = {a.dtype.name for a in (*double.weights(), *double.initial_state(1)) if a.dtype.kind == "f"}
    y = double(inputs())
    expect(
        kinds | {y.dtype.name} == {"float64"},
        f"With dtype=float64 arrays are {', '.join(sorted(kinds | {y.dtype.name}))}.",
        "Make weights with add_weight and states of self.compute_dtype; cast to no other type in call.",
    )
    weights = double.weights()
    for place, weight in enumerate(weights):
        if weight.dtype.kind == "f":
            found, wanted = (_moves(double, weights, place, by) / by * SLIGHT for by in (SLIGHT, CLEAR))
            far = difference(found, wanted)
            expect(
                far <= HALF * np.abs(wanted).max() + EXACT * max(1.0, np.abs(y).max()),
                f"With dtype=float64 an array of weights {weight.shape} that changes by {SLIGHT:g} of itself moves "
                f"outputs otherwise, by {far:.2g}, than its changes by {CLEAR:g} say: by {np.abs(wanted).max():.2g}.",
                "Cast to no type but self.compute_dtype in call.",
            )
    far = apart(single(inputs()), y)
    expect(
        far < SINGLE,
        f"Single and double precision differ by {far:.2g}.",
        "Look for a sum of large numbers that cancel, or a constant of another type.",
    )


def _moves(network: AbstractNetwork, weights: list[Array], place: int, by: float) -> Array:
    """What is added to the outputs when one array of weights changes."""
    before = network(inputs())
    network.load([w * (1 + by) if n == place else w for n, w in enumerate(weights)])
    after = network(inputs())
    network.load(weights)
    return after - before
