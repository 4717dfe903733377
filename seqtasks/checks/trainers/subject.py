"""The subject of the checks of trainers: a trainer, networks that it accepts, and their training data.

Axis letters: R networks side by side, B lanes or sequences, T steps.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import cycle, islice
from typing import Any, Final, final

import numpy as np
from numpy.typing import NDArray

from seqtasks.catalogue.host import Host
from seqtasks.checks.check import DoesNotApply
from seqtasks.checks.raised import explain
from seqtasks.checks.subject import Named
from seqtasks.core.model import AbstractModel
from seqtasks.core.network import AbstractNetwork
from seqtasks.core.task import AbstractTask
from seqtasks.core.trainer import AbstractFeed, AbstractLearner, AbstractTrainer
from seqtasks.errors import PluginError, SeqtasksError
from seqtasks.feeds.side_by_side import SideBySide
from seqtasks.spec.spec import Spec

FIRST_TRIED: Final = ("gru", "simple-rnn", "indrnn")
UNITS: Final = 3
LEAST: Final = 200  # steps
UPDATES: Final = 10
MOST: Final = 400_000  # steps within which to reach this number of updates


@final
@dataclass(frozen=True, eq=False)
class TrainerSubject:
    """Builds learners and their feeds. Network ``r`` has seed r and its own training data.

    Args:
        trainer: The trainer.
        network: Builds the network of a seed.
        task: The task to learn, which requires memory.
        easiest: The easiest task, of the same shapes.
        name: The trainer's name in reports.
    """

    trainer: AbstractTrainer
    network: Callable[[int], AbstractNetwork]
    task: AbstractTask
    easiest: AbstractTask
    name: str = "trainer"

    def __str__(self) -> str:
        return self.name

    def learner(self, *numbers: int) -> tuple[AbstractLearner, list[AbstractNetwork]]:
        """Build the networks with these seeds, and a learner of them."""
        networks = [self.network(r) for r in numbers]
        if len(networks) == 1:
            return self.trainer.learner(networks[0], self.task.objective, numbers[0]), networks
        return self.trainer.replicas(networks, self.task.objective, list(numbers)), networks

    def feed(self, *numbers: int, steps: int = MOST) -> Any:
        """Build the feeds of the networks with these seeds, side by side."""
        feeds: Sequence[AbstractFeed] = [self.trainer.feed(self.task, self.network(r), r, steps, None) for r in numbers]
        return SideBySide(feeds) if len(feeds) > 1 else feeds[0]


def learn(learner: AbstractLearner, feed: Any, *sizes: int, pieces: int | None = None) -> NDArray[Any]:
    """Train on chunks of about these sizes, in turn, until the feed ends or after ``pieces`` chunks.

    Returns:
        The losses, in the order in which the steps were learned.
    """
    losses = []
    for size in islice(cycle(sizes), pieces):
        chunk = feed.take(size)
        if chunk is None:
            break
        losses.append(feed.in_order(learner.learn(chunk)))
        feed.learned()
    return np.concatenate(losses, axis=-1)


def sufficient_steps(subject: TrainerSubject) -> int:
    """The number of steps after which a learner has made at least UPDATES updates."""
    learner, _ = subject.learner(0)
    feed, fed, size = subject.feed(0), 0, LEAST
    while learner.updates < UPDATES and fed < MOST and (chunk := feed.take(size)) is not None:
        learner.learn(chunk)
        feed.learned()
        fed += chunk.weights.size
        size = min(2 * size, MOST // 4)
    return max(fed, LEAST)


def subject_of(trainer: AbstractTrainer, name: str, host: Host) -> TrainerSubject:
    """Build the subject of a trainer, with the first model of the catalogue that the trainer accepts.

    Raises:
        DoesNotApply: If the trainer accepts no model; the reason ends with the error of the last model.
    """
    task, easiest = (host.make("tasks", host.spec("tasks", each)) for each in ("prev-bit", "same-bit"))
    known, rejected = host.shelf("models"), ""
    for candidate in [*FIRST_TRIED, *(each for each in known if each not in FIRST_TRIED)]:
        try:
            named = Named("model", _spec(host, candidate), host)
            with _blaming(named):
                model: AbstractModel = host.make("models", named.spec)
                network = model.build(task.shapes, 0, dtype="float32")
            trainer.learner(network, task.objective, 0)
        except SeqtasksError as refusal:
            rejected = f"{candidate}: {refusal.message}"
            continue
        return TrainerSubject(trainer, partial(model.build, task.shapes), task, easiest, name)
    raise DoesNotApply(f"{name} accepts none of {', '.join(known)}. The last error: {rejected}")


def _spec(host: Host, name: str) -> Spec:
    sized = any(parameter.name == "units" for parameter in host.signature("models", name).parameters)
    return host.spec("models", name, short={"units": UNITS} if sized else None)


@contextmanager
def _blaming(named: Named) -> Iterator[None]:
    """Convert any error of a model to a PluginError that names the model, because the trainer did not cause it."""
    try:
        yield
    except SeqtasksError:
        raise
    except Exception as error:  # the model may be a plugin's, whose code may raise anything
        raise PluginError(explain(error, named)[0]) from error
