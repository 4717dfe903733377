"""The Python interface: the same calls as the command line's, with the same names."""

import warnings
from collections.abc import Sequence
from contextlib import nullcontext
from os import PathLike
from typing import TYPE_CHECKING, Any

from seqtasks.catalogue.entry import Entry
from seqtasks.catalogue.host import Host
from seqtasks.errors import UsageError
from seqtasks.files import checkpoint as checkpoints
from seqtasks.files import network_file, picture
from seqtasks.running.experiment import Experiment
from seqtasks.running.result import Result

if TYPE_CHECKING:
    from seqtasks.core.network import AbstractNetwork
    from seqtasks.core.task import AbstractTask

_LOAD = Entry("load", "Read a network file.", "seqtasks.files.store:load")
_SAVE = Entry("save", "Write a network file.", "seqtasks.files.store:save")


def run(  # noqa: PLR0913 - each is an option of the command
    task: Any,
    *,
    model: Any,
    trainer: Any = "online",
    steps: int | None = None,
    epochs: int | None = None,
    seed: int = 0,
    replicas: int = 1,
    units: int | None = None,
    learning_rate: float | None = None,
    checkpoint: str | None = None,
    resume: bool = False,
    save: str | None = None,
    plot: str | None = None,
    force: bool = False,
    plugins: Sequence[str] = (),
) -> Result:
    """Train a model on a task and judge it on fresh data: ``seqtasks run`` from Python.

    Args:
        task: A name, a spec such as ``"delay:lag=3"``, or a task.
        model: A name, a spec such as ``"gru:units=8"``, or a model.
        trainer: A name, a spec such as ``"online:window=1"``, or a trainer.
        steps: The budget in time steps over all lanes and sequences; the trainer's own if not given.
        epochs: The budget in passes over a fixed set, for trainers that have one.
        seed: The seed of weights and data.
        replicas: How many networks to train side by side, with the seeds ``seed``, ``seed + 1``, ...; the budget is
            that of each.
        units: Short for ``units`` in the model's spec.
        learning_rate: Short for ``optimizer.learning_rate`` in the trainer's spec.
        checkpoint: A folder in which to keep where the run is: at least once a second, or fifty times as long as the
            writing takes, and at the end.
        resume: Whether to go on from what the folder holds, if it does; a larger budget continues a finished run.
        save: Where to write the trained network; not if it diverged.
        plot: Where to draw the curve, .png or .svg.
        force: Whether ``save`` and ``plot`` may replace files of other kinds.
        plugins: Files or modules to let in, as after ``--plugin``.

    Returns:
        The record, with the trained network as ``result.network``, several as ``result.networks``. Ctrl-C raises
        KeyboardInterrupt.

    Raises:
        SeqtasksError: If anything of it is wrong.

    Example:
        >>> import seqtasks
        >>> seqtasks.run("prev-bit", model="gru").solved  # doctest: +SKIP
        True
    """
    host = Host.start(plugins)
    experiment = Experiment(
        host,
        task,
        model,
        trainer,
        steps=steps,
        epochs=epochs,
        seed=seed,
        units=units,
        learning_rate=learning_rate,
        replicas=replicas,
    )
    saved = network_file.target(save, force, experiment.replicas) if save is not None else None
    drawn = picture.target(plot, force) if plot is not None else None
    if saved is not None and drawn is not None and saved.path == drawn.path:
        raise UsageError(f"save and plot both name {save}.", "Name two files.")
    with checkpoints.target(checkpoint, experiment, resume) or nullcontext() as kept:
        session = experiment.start()
        if kept is not None:
            kept.restore(session)
        for note in (*session.task.notes, *(kept.notes if kept is not None else ())):
            warnings.warn(note, stacklevel=2)
        for _ in session.train() if kept is None else session.train(kept.keep):
            pass
        result: Result = session.result()
        if kept is not None and kept.problem is not None:
            raise kept.problem
    if saved is not None and result.status != "diverged":
        _SAVE.load()(saved, result, host)
    if drawn is not None:
        picture.draw(result, drawn, experiment.specs)
    return result


def task(spec: str, plugins: Sequence[str] = ()) -> "AbstractTask":
    """The task that a spec means, for its arrays and yardsticks.

    Example:
        >>> task("prev-bit").sample(seed=0, sequences=2, length=5).targets.shape
        (2, 5, 1)
    """
    host = Host.start(plugins)
    made: AbstractTask = host.make("tasks", host.spec("tasks", spec))
    return made


def save(result: Result, path: str, *, force: bool = False, plugins: Sequence[str] = ()) -> None:
    """Write the trained network of a run: ``seqtasks run --save`` from Python.

    Args:
        result: What :func:`run` returned.
        path: The file; a network file is replaced, any other only with ``force``.
        force: Whether any file may be replaced.
        plugins: Files or modules that bring the model, as after ``--plugin``.

    Raises:
        SeqtasksError: If it cannot be written, or not be read again.
    """
    _SAVE.load()(network_file.target(path, force), result, Host.start(plugins))


def load(path: str | PathLike[str], plugins: Sequence[str] = ()) -> "AbstractNetwork":
    """The network of a file that ``seqtasks run --save`` wrote. No code of the file is run.

    Raises:
        DataError: If it is no such file, or a plugin that it needs is missing.
    """
    network: AbstractNetwork = _LOAD.load()(path, Host.start(plugins)).network
    return network
