"""What every task and every model of the live catalogue promises, plugins' included, and that each check can fail."""

from dataclasses import dataclass

import numpy as np
import pytest

from seqtasks.catalogue.host import Host
from seqtasks.core.network import AbstractNetwork
from seqtasks.core.task import AbstractStream, AbstractTask, Chunk, Shapes, Yardsticks

HOST = Host.start(environ={})
TASKS = [(name, "") for name in HOST.shelf("tasks") if name != "table"] + [("delay", ":symbols=3"), ("table", "")]
MODELS = [*HOST.shelf("models")]


def task_of(name, settings, folder):
    """The task; a table is given a file."""
    if name == "table":
        path = folder / "t.csv"
        path.write_text("a,b\n" + "".join(f"{np.sin(i):.3f},{i % 7}\n" for i in range(60)))
        settings = f":path={path},target=b,kind=real"
    return HOST.make("tasks", HOST.spec("tasks", name + settings))


def parts(chunk):
    return chunk.inputs, chunk.targets, chunk.weights, chunk.starts


def same(one, other):
    return all(np.array_equal(a, b) for a, b in zip(parts(one), parts(other), strict=True))


def fits(task):
    """Shapes and dtypes are those declared."""
    shapes, chunk = task.shapes, task.stream(0, 2).take(5)
    inputs = (1, np.int32) if shapes.symbols else (shapes.inputs, np.float32)
    targets = (1, np.int32) if shapes.kind == "class" else (shapes.outputs, np.float32)
    return (
        (chunk.inputs.shape, chunk.inputs.dtype) == ((2, 5, inputs[0]), inputs[1])
        and (chunk.targets.shape, chunk.targets.dtype) == ((2, 5, targets[0]), targets[1])
        and chunk.weights.dtype == np.float32
        and chunk.starts.dtype == np.bool_
    )


def seeded(task):
    """The same seed gives the same data."""
    return same(task.stream(3, 2).take(40), task.stream(3, 2).take(40))


def cut(task):
    """Chunking changes nothing, and a stream goes on from its state."""
    whole, stream, resumed = task.stream(1, 2).take(50), task.stream(1, 2), task.stream(1, 2)
    first = stream.take(13)
    resumed.restore(stream.state())
    rest = stream.take(37)
    return same(whole.between(0, 13), first) and same(whole.between(13, 50), rest) and same(rest, resumed.take(37))


def alone(task):
    """A lane does not depend on how many there are."""
    return same(task.stream(2, 5).take(30).lanes_at(slice(0, 2)), task.stream(2, 2).take(30))


def ordered(task):
    """No reference predictor that sees more is worse, and skill can be told."""
    sticks = task.yardsticks()
    known = [v for v in (sticks.chance, sticks.memoryless, sticks.optimum) if v is not None]
    return known == sorted(known, reverse=True) and known[0] > (sticks.optimum or 0.0)


CHECKS = [fits, seeded, cut, alone, ordered]


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize(("name", "settings"), TASKS, ids=lambda text: text or "-")
def test_every_task_keeps_the_law(name, settings, check, tmp_path):
    """Every check on every task."""
    assert check(task_of(name, settings, tmp_path))


@dataclass(frozen=True)
class Wrong(AbstractTask):
    """Breaks one promise."""

    how: str
    shapes = Shapes(1, 1)
    depth = 1

    def yardsticks(self):
        return Yardsticks(0.1, 0.2, 0.0) if self.how == "ordered" else Yardsticks(0.2, 0.1, 0.0)

    def stream(self, seed, lanes):
        return WrongStream(self.how, seed, lanes)


class WrongStream(AbstractStream):
    """Noise that depends on what it must not depend on."""

    def __init__(self, how, seed, lanes):
        self.how, self.seed, self.lanes, self.t = how, seed, lanes, 0

    def take(self, steps):
        chance = int(np.random.SeedSequence().generate_state(1)[0])
        key = {"seeded": chance, "cut": steps, "alone": self.lanes}.get(self.how, 0)
        noise = np.repeat(np.random.default_rng([self.seed, key]).random((1000, 1, 1)), self.lanes, axis=1)
        x = noise[self.t : self.t + steps].swapaxes(0, 1).astype(np.float64 if self.how == "fits" else np.float32)
        self.t += steps
        return Chunk(x, x, np.ones(x.shape[:2], np.float32), np.zeros(x.shape[:2], bool))

    def state(self):
        return {"t": self.t}

    def restore(self, state):
        self.t = state["t"]


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_each_check_finds_the_task_that_breaks_it(check):
    """A wrong task for each check, which the same task does pass when nothing is wrong with it."""
    assert not check(Wrong(check.__name__))
    assert check(Wrong("nothing"))


def steps_as_it_passes(network: AbstractNetwork) -> float:
    """The greatest difference between stepping and one pass, state carried."""
    inputs = np.random.default_rng(0).normal(size=(3, 9, 2)).astype(np.float32)
    state, outputs = network.initial_state(3), []
    for t in range(9):
        y, state = network.step(inputs[:, t], state)
        outputs.append(y)
    return float(np.abs(np.stack(outputs, axis=1) - whole(network, inputs)).max())


def whole(network, inputs):
    return network.keras_model().predict(inputs, verbose=0) if hasattr(network, "keras_model") else network(inputs)


@pytest.mark.tensorflow
@pytest.mark.parametrize("name", MODELS)
def test_every_model_steps_as_it_passes(name):
    """Two layers of every model and cell: T steps are one pass over T."""
    network = HOST.make("models", HOST.spec("models", f"{name}:units=3,layers=2")).build(Shapes(2, 1), seed=1)
    assert steps_as_it_passes(network) < 1e-5


class Forgets(AbstractNetwork):
    """Passes with a state and steps without."""

    shapes = Shapes(2, 1)
    load = weights = compile = None

    def initial_state(self, lanes):
        return (np.zeros((lanes, 1)),)

    def run(self, inputs, starts, state):
        sums = np.cumsum(inputs.sum(axis=-1, keepdims=True), axis=1)
        return sums, self.initial_state(len(inputs))


def test_a_network_that_forgets_between_steps_is_found():
    """The check can fail."""
    assert steps_as_it_passes(Forgets()) > 0.1
