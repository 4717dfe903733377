"""Several networks in one program: what stays each one's own, and what cannot be shared."""

from dataclasses import replace

import keras
import numpy as np
import pytest

from seqtasks.core.task import Chunk
from seqtasks.errors import UsageError
from seqtasks.feeds.side_by_side import SideBySide
from seqtasks.models.simple_rnn import SimpleRNN
from seqtasks.tasks.prev_bit import PrevBit
from seqtasks.trainers.online import Online

pytestmark = pytest.mark.tensorflow

TASK = PrevBit()


def networks(count):
    return [SimpleRNN(units=2).build(TASK.shapes, seed) for seed in range(count)]


def feed(trainer, *seeds):
    return SideBySide([trainer.feed(TASK, None, seed, 30, None) for seed in seeds])


def test_each_network_s_gradient_is_clipped_by_itself():
    """Where one is fed targets of a million, the others learn as they do alone, and it goes no further than the clip.

    Where all are clipped together, the others would not move at all.
    """
    trainer = Online(window=2, optimizer="sgd:learning_rate=0.1", clip=0.5)
    chunk = feed(trainer, 0, 1, 2).take(30)
    targets = chunk.targets.copy()
    targets[0] = 1e6
    together = networks(3)
    start = networks(1)[0].weights()
    learner = trainer.replicas(together, TASK.objective, [0, 1, 2])
    learner.learn(replace(chunk, targets=targets).between(0, 2))
    moved = np.sqrt(sum(((a - b) ** 2).sum() for a, b in zip(together[0].weights(), start, strict=True)))
    assert moved == pytest.approx(0.1 * 0.5, rel=1e-4)  # the first step does not count
    learner.learn(replace(chunk, targets=targets).between(2, 30))
    for r in (1, 2):
        alone = networks(3)[r]
        trainer.learner(alone, TASK.objective, r).learn(chunk.lanes_at([r]))
        for got, wanted in zip(together[r].weights(), alone.weights(), strict=True):
            np.testing.assert_allclose(got, wanted, rtol=0, atol=1e-5)


@pytest.mark.parametrize("name", ["Muon", "Adafactor", "Lamb"])
def test_an_optimizer_that_takes_a_weight_as_a_whole_is_refused(name):
    """It would take the stacked weights of all networks for one weight. A single network can use it."""
    trainer = Online(window=1, optimizer=getattr(keras.optimizers, name)())
    with pytest.raises(UsageError) as caught:
        trainer.replicas(networks(2), TASK.objective, [0, 1])
    assert str(caught.value) == (
        f"The optimizer {name} is not element-wise, so that it would mix the weights of replicas."
    )
    assert caught.value.hint == (
        "Use one of SGD, RMSprop, Adam, AdamW, Adadelta, Adagrad, Adamax, Nadam, Ftrl, Lion, or leave out replicas."
    )


@pytest.mark.parametrize("setting", ["clipnorm", "global_clipnorm"])
def test_an_optimizer_that_clips_is_refused(setting):
    """It would clip all networks together."""
    trainer = Online(window=1, optimizer=keras.optimizers.Adam(**{setting: 1.0}))
    with pytest.raises(UsageError) as caught:
        trainer.replicas(networks(2), TASK.objective, [0, 1])
    assert str(caught.value) == f"The optimizer's {setting} would be the norm over all replicas together."
    assert caught.value.hint == "Use the trainer's clip, which clips each network by its own norm."


def test_a_step_that_counts_for_some_alone_is_refused():
    """All are updated, or none; nothing is learned of the chunk."""
    trainer = Online(window=1)
    together, chunk = networks(2), feed(trainer, 0, 1).take(10)
    weights = chunk.weights.copy()
    weights[1, 4] = 0
    before = [network.weights() for network in together]
    learner = trainer.replicas(together, TASK.objective, [0, 1])
    with pytest.raises(UsageError) as caught:
        learner.learn(Chunk(chunk.inputs, chunk.targets, weights, chunk.starts))
    assert str(caught.value) == (
        "A step counts for one replica and not for another, but one program updates all of them or none."
    )
    assert caught.value.hint == "Leave out replicas, and run the seeds one after another."
    for initial, network in zip(before, together, strict=True):
        assert all(np.array_equal(a, b) for a, b in zip(initial, network.weights(), strict=True))


def test_weights_are_fetched_from_the_program_once_they_are_asked_for():
    """Learning step by step copies no weights; weights that a network is given in between are learned on from."""
    trainer, chunk = Online(window=1, optimizer="sgd:learning_rate=0.1"), feed(Online(), 0, 1).take(30)
    together, apart = networks(2), networks(2)
    lazy, eager = (trainer.replicas(each, TASK.objective, [0, 1]) for each in (together, apart))
    for t in range(30):
        if t == 20:
            for each in (together, apart):
                each[1].load(networks(1)[0].weights())
        lazy.learn(chunk.between(t, t + 1))
        assert t == 0 or not any("arrays" in vars(network.held) for network in together)  # step 0 does not count
        eager.learn(chunk.between(t, t + 1))
        assert all(np.isfinite(array).all() for network in apart for array in network.weights())
    for got, wanted in zip(together, apart, strict=True):
        assert all(np.array_equal(a, b) for a, b in zip(got.weights(), wanted.weights(), strict=True))
    assert all("arrays" in vars(network.held) for network in together)
