"""A run before it starts: everything that was asked for, checked while nothing heavy is loaded."""

import math
from operator import index
from typing import Any, Final, SupportsFloat, SupportsIndex, final

from seqtasks.catalogue.entry import Entry
from seqtasks.catalogue.host import Host
from seqtasks.errors import UsageError
from seqtasks.spec.spec import Spec

MOST: Final = 10**15  # steps; a larger budget is a slip of the finger
MOST_SEED: Final = 2**63 - 1
MOST_REPLICAS: Final = 10_000

ACTS: Final = {"tasks": "stream", "models": "build", "trainers": "learner"}  # what an object of each shelf can do

_SESSION: Final = Entry("session", "The run itself.", "seqtasks.running.session:Session")


@final
class Experiment:
    """What to run.

    Args:
        host: Where names are looked up.
        task: A name, a spec, or a task.
        model: A name, a spec, or a model.
        trainer: A name, a spec, or a trainer.
        steps: The budget in time steps over all lanes and sequences; None for the trainer's own.
        epochs: The budget in passes over a fixed set, for trainers that have one.
        seed: The seed of weights and data.
        units: Short for the model's ``units``.
        learning_rate: Short for the trainer's ``optimizer.learning_rate``.
        replicas: R, how many networks to train side by side, with the seeds S, S + 1, ..., S + R - 1.

    Raises:
        UsageError: If anything of it is wrong.
    """

    def __init__(
        self,
        host: Host,
        task: Any,
        model: Any,
        trainer: Any,
        *,
        steps: int | None = None,
        epochs: int | None = None,
        seed: int = 0,
        units: int | None = None,
        learning_rate: float | None = None,
        replicas: int = 1,
    ) -> None:
        self.steps = _checked("steps", steps, 1, MOST)
        self.epochs = _checked("epochs", epochs, 1, MOST)
        if steps is not None and epochs is not None:
            raise UsageError("Both steps and epochs are given, and each is the whole budget.", "Leave out one.")
        self.replicas = _checked("replicas", replicas, 1, MOST_REPLICAS) or 1
        self.seed = _checked("seed", seed, 0, MOST_SEED - self.replicas + 1) or 0
        number = isinstance(learning_rate, SupportsFloat)
        if learning_rate is not None and not (number and 0 < float(learning_rate) < math.inf):
            raise UsageError(f"The learning rate is {learning_rate}.", "Give a number above 0, such as 0.001.")
        self._host = host
        self._task = self._spec("tasks", task, {})
        self._model = self._spec("models", model, {"units": units})
        self._trainer = self._spec("trainers", trainer, {"optimizer.learning_rate": learning_rate})

    def _spec(self, shelf: str, given: Any, short: dict[str, Any]) -> tuple[Spec, Any]:
        """The spec, and the object if one was given."""
        if isinstance(given, str | Spec):
            return self._host.spec(shelf, given, short), None
        if not hasattr(given, ACTS[shelf]):
            kind = shelf.removesuffix("s")
            raise UsageError(f"{given!r} is no {kind}.", f"Give a name, a spec such as NAME:key=value, or a {kind}.")
        for key, value in short.items():
            if value is not None:
                raise UsageError(
                    f"{key} is given beside {type(given).__name__}(...), which has its own.", "Set it there."
                )
        return self._host.describe(shelf, given), given

    @property
    def task(self) -> Spec:
        """The task's spec."""
        return self._task[0]

    @property
    def model(self) -> Spec:
        """The model's spec."""
        return self._model[0]

    @property
    def trainer(self) -> Spec:
        """The trainer's spec."""
        return self._trainer[0]

    @property
    def specs(self) -> tuple[str, str, str]:
        """Of task, model and trainer, without settings that are the defaults."""
        return str(self.task), str(self.model), str(self.trainer)

    def make(self) -> tuple[Any, Any, Any]:
        """The task, the model and the trainer, imported now if they were not given."""
        task = self._made("tasks", *self._task)
        task.yardsticks()  # reads a table's file, checks a law: what is wrong there is said before a model is loaded
        return task, self._made("models", *self._model), self._made("trainers", *self._trainer)

    def _made(self, shelf: str, spec: Spec, given: Any) -> Any:
        return self._host.make(shelf, spec) if given is None else given

    def start(self) -> Any:
        """Load what it takes, and return the :class:`seqtasks.running.session.Session`."""
        return _SESSION.load()(self)


def _checked(name: str, value: SupportsIndex | None, low: int, high: int) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, SupportsIndex) or not low <= index(value) <= high:
        raise UsageError(f"{name} is {value}.", f"{name} is an integer from {low} to {high}.")
    return index(value)
