"""What every trainer of the live catalogue promises, plugins' included, and that each check can fail."""

from functools import cache

import numpy as np
import pytest

from seqtasks.catalogue.host import Host
from seqtasks.core.trainer import AbstractLearner
from seqtasks.errors import UsageError
from seqtasks.feeds.side_by_side import SideBySide
from seqtasks.tasks.prev_bit import PrevBit

HOST = Host.start(environ={})
TASK = PrevBit()
CELLS = ["gru", "simple-rnn", "indrnn"]
SETTINGS = {"batch": ":sequences=40,length=20,batch_size=4,validation=0"}
STEPS, REPLICAS = 200, 3


class Bench:
    """Makes learners and what they are fed; network ``r`` begins from the seed r and learns data of its own."""

    def __init__(self, network, trainer):
        self.network, self.trainer = network, trainer

    def learner(self, *numbers):
        """A learner of the networks with these numbers, and those networks."""
        networks = [self.network(r) for r in numbers]
        if len(networks) == 1:
            return self.trainer.learner(networks[0], TASK, numbers[0]), networks
        return self.trainer.replicas(networks, TASK, list(numbers)), networks

    def learn(self, learner, feed, size=STEPS, pieces=STEPS):
        """Learn at most so many pieces of about ``size`` steps for each network; the losses (R, n), in order."""
        losses = []
        for _ in range(pieces):
            chunk = feed.take(size)
            if chunk is None:
                break
            losses.append(feed.in_order(learner.learn(chunk)))
        return np.concatenate(losses, axis=1)

    def feed(self, *numbers):
        """200 steps for each of them, side by side."""
        return SideBySide([self.trainer.feed(TASK, self.network(r), r, STEPS, None) for r in numbers])


@cache
def bench_of(name):
    """With the first cell that the trainer takes."""
    trainer = HOST.make("trainers", HOST.spec("trainers", name + SETTINGS.get(name, "")))
    for cell in CELLS:
        model = HOST.make("models", HOST.spec("models", f"{cell}:units=3"))
        bench = Bench(lambda seed, model=model: model.build(TASK.shapes, seed), trainer)
        try:
            bench.learner(0)
        except UsageError:
            continue
        return bench
    raise ValueError(f"{name} takes none of {', '.join(CELLS)}")


def same(one, other):
    return all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))


def seeded(bench):
    """The same seed learns the same, to the bit; the weights change."""
    (one, (first,)), (other, (second,)) = bench.learner(0), bench.learner(0)
    before = first.weights()
    losses = bench.learn(one, bench.feed(0)), bench.learn(other, bench.feed(0))
    return same(*losses) and same(first.weights(), second.weights()) and not same(before, first.weights())


def cut(bench):
    """How the steps are cut into chunks changes nothing, to the bit."""
    (one, (first,)), (other, (second,)) = bench.learner(0), bench.learner(0)
    losses = bench.learn(one, bench.feed(0)), bench.learn(other, bench.feed(0), size=50)
    return same(*losses) and same(first.weights(), second.weights())


def resumed(bench):
    """A learner of another network, restored from a state, goes on as the first would have, to the bit."""
    (one, (first,)), (other, (second,)) = bench.learner(0), bench.learner(1)
    feed, again = bench.feed(0), bench.feed(0)
    bench.learn(one, feed, 50, pieces=2)
    bench.learn(other, again, 50, pieces=1)
    state, counted, fed = one.state(), one.updates, feed.state()
    losses = bench.learn(one, feed)
    other.restore(state)
    again.restore(fed)
    goes_on = other.updates == counted, same(losses, bench.learn(other, again))
    return all(goes_on) and same(first.weights(), second.weights())


def side_by_side(bench):
    """Three networks at once learn, to 1e-5, what each does alone; a trainer may refuse to."""
    numbers = range(REPLICAS)
    try:
        together, networks = bench.learner(*numbers)
    except UsageError:
        return True
    losses = bench.learn(together, bench.feed(*numbers))
    far = 0.0
    for r in numbers:
        learner, (network,) = bench.learner(r)
        alone = *bench.learn(learner, bench.feed(r)), *network.weights()
        got = losses[r], *networks[r].weights()
        far = max(far, *(np.abs(a - b).max() for a, b in zip(got, alone, strict=True)))
    return far < 1e-5


CHECKS = [seeded, cut, resumed, side_by_side]
every_check = pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)


@pytest.mark.tensorflow
@every_check
@pytest.mark.parametrize("name", HOST.shelf("trainers"))
def test_every_trainer_keeps_the_law(name, check):
    """Every check on every trainer, over 200 steps with the optimizer of its own."""
    assert check(bench_of(name))


class Number:
    """A network of one weight."""

    def __init__(self, seed):
        self.weight = np.array(float(seed))

    def weights(self):
        return [self.weight.copy()]


class Follows(AbstractLearner):
    """Moves weights towards what comes in, and breaks one promise."""

    def __init__(self, how, networks):
        self.how, self.networks, self.speed, self.count = how, networks, 0.0, 0
        self.chance = np.random.default_rng()

    updates = property(lambda self: self.count)
    compile = None

    def learn(self, chunk):
        lanes = np.split(chunk.inputs[..., 0], len(self.networks))
        losses = np.zeros(chunk.weights.shape)
        for t in range(chunk.steps):
            for r, network in enumerate(self.networks):
                error = lanes[r][:, t].mean() - network.weight
                self.speed = 0.5 * self.speed + error if len(self.networks) == 1 else error
                network.weight += 0.1 * (self.speed if self.how == "resumed" else error)
                losses[r, t] = error**2
        self.count += chunk.steps
        extra = {"seeded": self.chance.random(), "cut": 1.0, "side_by_side": len(self.networks) - 1.0}.get(self.how, 0)
        for network in self.networks:
            network.weight += 0.01 * extra
        return losses

    def state(self):
        return {"weights": [network.weight.copy() for network in self.networks], "count": self.count}

    def restore(self, state):
        self.count = state["count"]
        for network, weight in zip(self.networks, state["weights"], strict=True):
            network.weight = weight.copy()


class Wrong:
    """A trainer of numbers whose learners break one promise; its streams are those of ``online``."""

    def __init__(self, how):
        self.how, self.online = how, HOST.make("trainers", HOST.spec("trainers", "online"))

    def learner(self, network, task, seed):
        return self.replicas([network], task, [seed])

    def replicas(self, networks, task, seeds):
        return Follows(self.how, networks)

    def feed(self, *arguments):
        return self.online.feed(*arguments)


@pytest.mark.tensorflow
@every_check
def test_each_check_finds_the_trainer_that_breaks_it(check):
    """A wrong trainer for each check, which the same trainer does pass when nothing is wrong with it."""
    assert not check(Bench(Number, Wrong(check.__name__)))
    assert check(Bench(Number, Wrong("nothing")))
