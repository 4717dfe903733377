"""Why do solved networks fail later? Experiments that test the page "Does a solved task stay solved?".

    python benchmarks/why_it_falls_apart.py > docs/explanation/falls-apart-rows.md

prev-bit, GRU of 16 units with Keras's own initial weights, dense readout, seeds 0 to 19 side by side; about ten
minutes on one core.

A network is solved *while it learns* if its mean loss over the last 500 steps is that of a solved one, and *anew* if
its loss on fresh data is, from the initial state. It *fell* if it was solved while it learned, and later was not.
"""

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import keras
import numpy as np
from numpy.typing import NDArray
from population import GRU, Population

from seqtasks.core.network import AbstractNetwork
from seqtasks.core.task import AbstractStream, AbstractTask, Chunk, Shapes, Yardsticks
from seqtasks.keras.network import build
from seqtasks.running.result import SOLVED
from seqtasks.tasks.prev_bit import PrevBit
from seqtasks.tasks.uniform import Uniforms

SEEDS = range(20)
BLOCK = 500
NOISE_SERIES = 7
CLEAN = PrevBit()


def adam(rate: float, rule: str = "online:window=1", more: str = "") -> str:
    """A trainer with plain Adam."""
    return f"{rule}{',' if ':' in rule else ':'}optimizer=adam,optimizer.learning_rate={rate}{more}"


@dataclass(frozen=True)
class Noisy(AbstractTask):
    """prev-bit with noise in the training targets and none in the test targets."""

    deviation: float

    shapes = CLEAN.shapes
    depth = CLEAN.depth

    def yardsticks(self) -> Yardsticks:
        """The yardsticks of the task without noise."""
        return CLEAN.yardsticks()

    def test(self, seed: int) -> Chunk:
        """A sample without noise."""
        return CLEAN.test(seed)

    def stream(self, seed: int, lanes: int) -> AbstractStream:
        """A stream with noise."""
        return NoisyStream(CLEAN.stream(seed, lanes), Uniforms(seed, NOISE_SERIES), lanes, self.deviation)


class NoisyStream(AbstractStream):
    """Uniform noise of a standard deviation on a stream's targets."""

    def __init__(self, clean: AbstractStream, numbers: Uniforms, lanes: int, deviation: float) -> None:
        self._clean, self._numbers, self._lanes, self._deviation, self._t = clean, numbers, lanes, deviation, 0

    def take(self, steps: int) -> Chunk:
        """The next steps."""
        chunk = self._clean.take(steps)
        noise = (self._numbers.at(self._lanes, self._t, steps) - 0.5) * np.sqrt(12) * self._deviation
        self._t += steps
        return replace(chunk, targets=chunk.targets + noise[..., None].astype(np.float32))

    def state(self) -> Mapping[str, Any]:
        """The positions of the stream and of the noise."""
        return {"clean": self._clean.state(), "t": self._t}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Restore what :meth:`state` returned."""
        self._clean.restore(state["clean"])
        self._t = int(state["t"])


@dataclass(frozen=True)
class Partly:
    """The GRU with one of its parts frozen."""

    trained: Literal["readout", "recurrent"]

    def build(self, shapes: Shapes, seed: int) -> AbstractNetwork:
        """A network."""

        def layers() -> Any:
            gru = keras.layers.GRU(16, return_sequences=True, use_cudnn=False, trainable=self.trained == "recurrent")
            return [gru], keras.layers.Dense(1, trainable=self.trained == "readout")

        return build(layers, shapes, 0.0, self, seed)


@dataclass(frozen=True)
class Experiment:
    """What is trained: from which step on with which trainer, and from which step on as which model."""

    name: str
    trainers: Mapping[int, str]
    at: tuple[int, ...]
    task: str | Noisy = "prev-bit"
    models: Mapping[int, Partly] = field(default_factory=dict)


WINDOW_1, WINDOW_2, DEFAULT = adam(0.003), adam(0.003, "online:window=2"), "online:window=1"
LARGE_EPSILON = f"{DEFAULT},optimizer=adam,optimizer.learning_rate=0.003,optimizer.amsgrad=true,optimizer.epsilon=0.01"
READOUT, RECURRENT = {5_000: Partly("readout")}, {5_000: Partly("recurrent")}
EXPERIMENTS = (
    Experiment("Adam 3e-3", {0: WINDOW_1}, (2_000, 5_000, 10_000, 20_000, 100_000)),
    Experiment("Adam 1e-2", {0: adam(0.01)}, (100_000,)),
    Experiment("Adam 1e-3", {0: adam(0.001)}, (300_000,)),
    Experiment("Adam 3e-4", {0: adam(0.0003)}, (1_000_000,)),
    Experiment("Adam 3e-3, targets with noise 0.03", {0: WINDOW_1}, (100_000,), Noisy(0.03)),
    Experiment("Adam 3e-3, targets with noise 0.1", {0: WINDOW_1}, (100_000,), Noisy(0.1)),
    Experiment("Adam 3e-3, 16 lanes", {0: f"{WINDOW_1},lanes=16"}, (100_000,)),
    Experiment("Adam 3e-3, beta_1 0", {0: adam(0.003, more=",optimizer.beta_1=0.0")}, (100_000,)),
    Experiment("Adam 3e-3, beta_2 0.9", {0: adam(0.003, more=",optimizer.beta_2=0.9")}, (100_000,)),
    Experiment("window 2, Adam 3e-3", {0: WINDOW_2}, (20_000, 100_000, 300_000)),
    Experiment("window 2, Adam 1e-2", {0: adam(0.01, "online:window=2")}, (100_000,)),
    Experiment("rtrl, Adam 1e-2", {0: adam(0.01, "rtrl")}, (100_000,)),
    Experiment("window 2, from 5,000 on window 1; Adam 3e-3", {0: WINDOW_2, 5_000: WINDOW_1}, (5_000, 100_000)),
    Experiment("window 1, from 20,000 on window 2; Adam 3e-3", {0: WINDOW_1, 20_000: WINDOW_2}, (20_000, 100_000)),
    Experiment(
        "Adam 3e-3, from 5,000 on the readout alone", {0: WINDOW_1}, (5_000, 100_000), models={5_000: Partly("readout")}
    ),
    Experiment(
        "Adam 3e-3, from 5,000 on all but the readout",
        {0: WINDOW_1},
        (5_000, 100_000),
        models={5_000: Partly("recurrent")},
    ),
    Experiment("default", {0: DEFAULT}, (5_000, 20_000, 100_000, 300_000, 1_000_000, 3_000_000)),
    Experiment("default, from 20,000 on Adam 3e-3", {0: DEFAULT, 20_000: WINDOW_1}, (20_000, 100_000)),
    Experiment("Adam 3e-3, from 5,000 on the default", {0: WINDOW_1, 5_000: DEFAULT}, (5_000, 100_000, 300_000)),
    Experiment("default with epsilon 1e-2", {0: LARGE_EPSILON}, (300_000, 3_000_000)),
    Experiment("SGD 1e-2, momentum 0.9", {0: f"{DEFAULT},optimizer=sgd,optimizer.momentum=0.9"}, (300_000, 3_000_000)),
)


class Watch:
    """When each network was solved while it learned."""

    def __init__(self, noise: float) -> None:
        self._least = (1 - SOLVED) * CLEAN.yardsticks().chance + noise**2
        self.solved: NDArray[np.bool_] = np.zeros((len(SEEDS), 0), np.bool_)

    def see(self, losses: NDArray[Any]) -> None:
        """The losses of some more steps, a multiple of the block."""
        blocks = losses.reshape(len(losses), -1, BLOCK).mean(axis=2)
        self.solved = np.concatenate([self.solved, blocks < self._least], axis=1)

    def fell(self) -> NDArray[np.int64]:
        """The steps after which those that fell did for the first time."""
        before = np.logical_or.accumulate(self.solved, axis=1)
        fallen = before & ~self.solved
        return (fallen.argmax(axis=1)[fallen.any(axis=1)] + 1) * BLOCK


def step_over_rate(population: Population, trainer: str) -> tuple[str, str]:
    """The median seed's root mean square gradient, and its mean step in units of the learning rate."""
    if "sgd" in trainer:
        return "", ""
    slots = population.slots()
    epsilon = float(trainer.split("epsilon=")[1]) if "epsilon=" in trainer else 1e-7 if "optimizer" in trainer else 1e-3
    steps = np.abs(slots[0]) / (np.sqrt(slots[-1]) + epsilon)
    return f"{np.median(np.sqrt(slots[1].mean(axis=1))):.1e}", f"{np.median(steps.mean(axis=1)):.4f}"


def rows(experiment: Experiment) -> None:
    """Run one, and print its lines."""
    population = Population(experiment.task, GRU, SEEDS)
    watch = Watch(experiment.task.deviation if isinstance(experiment.task, Noisy) else 0.0)
    changes = {*experiment.trainers, *experiment.models}
    trainer = experiment.trainers[0]
    population.use(trainer)
    for target in sorted({*experiment.at, *changes} - {0}):
        watch.see(population.learn(target))
        if target in experiment.at:
            gradient, step = step_over_rate(population, trainer)
            first = watch.fell()
            norm = np.median(np.linalg.norm(population.weights(), axis=1))
            after = f"{np.median(first):,.0f}" if len(first) else ""
            solved = f"{watch.solved[:, -1].sum()} | {population.solved()} | {len(first)} | {after}"
            print(f"| {experiment.name} | {target:,} | {solved} | {gradient} | {step} | {norm:.1f} |", flush=True)
        if target in experiment.models:
            population.become(experiment.models[target])
        if target in changes:
            trainer = experiment.trainers.get(target, trainer)
            population.use(trainer)


def main() -> None:
    """Print the table in Markdown, of all experiments or of those whose names are given."""
    print(
        "| experiment | steps | solved while learning | solved anew | fell | after | gradient | step / rate | weights |"
    )
    print(f"|{'---|' * 9}")
    for experiment in EXPERIMENTS:
        if not sys.argv[1:] or experiment.name in sys.argv[1:]:
            rows(experiment)


if __name__ == "__main__":
    main()
