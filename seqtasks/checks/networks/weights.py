"""Checks of weights: initialization from the seed, weights() and load(), files, and precision."""

import tempfile
from pathlib import Path
from typing import Final

import numpy as np

from seqtasks.checks.check import DoesNotApply, expect
from seqtasks.checks.difference import difference
from seqtasks.checks.networks.subject import SHAPES, ModelSubject, inputs, perturbed, relative_difference
from seqtasks.checks.states import global_random_states
from seqtasks.core.network import AbstractNetwork, Array
from seqtasks.core.task import Encoding
from seqtasks.files import network_file, store

SAME: Final = 1e-6
SLIGHT: Final = 1e-9  # relative change of a weight, below the resolution of single precision
CLEAR: Final = 1e-5  # relative change of a weight, above it
HALF: Final = 0.5  # of the expected change: in single precision, the change is 0 or far too large
EXACT: Final = 1e-13  # of an output: the rounding error of a few steps in double precision
SINGLE: Final = 1e-3  # tolerated difference between single and double precision


def seeding(subject: ModelSubject) -> None:
    """Equal seeds give equal initial weights, other seeds give others, and global random states do not change."""
    before = global_random_states()
    one, same, other = (subject.model.build(SHAPES, seed).weights() for seed in (1, 1, 2))
    expect(
        global_random_states() == before,
        "build changes the global random state of Python or NumPy.",
        "Use a generator of your own, or seqtasks.keras.network.seeded.",
    )
    expect(
        all(np.array_equal(a, b) for a, b in zip(one, same, strict=True)),
        "Two networks of the same seed have different initial weights.",
        "Do not pass a seed to initializers or use the clock: Keras draws from Python's random, which is seeded during "
        "the build of a network.",
    )
    expect(
        any(not np.array_equal(a, b) for a, b in zip(one, other, strict=True)),
        "Networks of seeds 1 and 2 have equal initial weights.",
        "Draw the initial weights from the seed.",
    )


def weight_access(subject: ModelSubject) -> None:
    """Equal weights give equal outputs, weights() returns copies, and parameters is the number of weights."""
    network = subject.network
    other = subject.model.build(SHAPES, seed=5)
    other.load(network.weights())
    far = relative_difference(network(inputs()), other(inputs()))
    expect(
        far < SAME,
        f"With the weights of another network loaded, the outputs differ by {far:.2g}.",
        "Return every number that outputs depend on from weights(), and restore all of them in load().",
    )
    found = other.weights()
    for array in found:
        array[...] = 0
    expect(
        relative_difference(network(inputs()), other(inputs())) < SAME,
        "Writing to the arrays from weights() changes the network.",
        "Return copies.",
    )
    count = sum(array.size for array in found)
    expect(
        network.parameters == count,
        f"parameters is {network.parameters}, but weights() contains {count} numbers.",
        "Do not override AbstractNetwork.parameters.",
    )


def saving(subject: ModelSubject) -> None:
    """A network that is saved to a file and loaded again gives bit-identical outputs."""
    if subject.spec is None:
        raise DoesNotApply("A model that is not in the catalogue cannot be saved.")
    network = subject.network
    stored = store.Stored(network, Encoding.plain(SHAPES), subject.spec.recorded(), task="none")
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "checked.net")
        store.save(network_file.target(path, force=False), stored, subject.host, versions={})
        loaded = store.load(path, subject.host).network
    expect(
        np.array_equal(network(inputs()), loaded(inputs())),
        "After loading from a file, the network gives different outputs.",
        "Compute outputs only from the model's settings and weights().",
    )


def precision(subject: ModelSubject) -> None:
    """With dtype=float64, weights, state and outputs are doubles, and outputs agree with single precision."""
    single, double = subject.standard.build(SHAPES, 1), subject.standard.build(SHAPES, 1, dtype="float64")
    perturbed(single)
    double.load(single.weights())
    kinds = {a.dtype.name for a in (*double.weights(), *double.initial_state(1)) if a.dtype.kind == "f"}
    y = double(inputs())
    expect(
        kinds | {y.dtype.name} == {"float64"},
        f"With dtype=float64, arrays are {', '.join(sorted(kinds | {y.dtype.name}))}.",
        "Create weights with add_weight and states with self.compute_dtype, and do not cast to another type in call.",
    )
    weights = double.weights()
    for place, weight in enumerate(weights):
        if weight.dtype.kind == "f":
            found, wanted = (_moves(double, weights, place, by) / by * SLIGHT for by in (SLIGHT, CLEAR))
            far = difference(found, wanted)
            expect(
                far <= HALF * np.abs(wanted).max() + EXACT * max(1.0, np.abs(y).max()),
                f"With dtype=float64, a relative change of {SLIGHT:g} of weights {weight.shape} changes outputs by "
                f"{np.abs(wanted).max():.2g} if extrapolated from a change of {CLEAR:g}, but the error is {far:.2g}.",
                "Do not cast to a type other than self.compute_dtype in call.",
            )
    far = relative_difference(single(inputs()), y)
    expect(
        far < SINGLE,
        f"Single and double precision differ by {far:.2g}.",
        "Look for large numbers that cancel in a sum, or for a constant of another type.",
    )


def _moves(network: AbstractNetwork, weights: list[Array], place: int, by: float) -> Array:
    """The change of the outputs if one array of weights changes by a factor 1 + by."""
    before = network(inputs())
    network.load([w * (1 + by) if n == place else w for n, w in enumerate(weights)])
    after = network(inputs())
    network.load(weights)
    return after - before
