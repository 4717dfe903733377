"""The Python interface: functions with the names and arguments of the commands."""

import warnings
from collections.abc import Iterable, Mapping, Sequence
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from seqtasks.catalogue.host import Host
from seqtasks.errors import UsageError
from seqtasks.files import manifest, network_file
from seqtasks.files.run_files import RunFiles
from seqtasks.lazy import LazyImport
from seqtasks.running.execution import Event, Interruptible, Judged, Loaded, Unobserved, execute
from seqtasks.running.observer import AbstractObserver
from seqtasks.running.request import RunRequest
from seqtasks.running.result import TrainedRun
from seqtasks.spec.spec import closest

if TYPE_CHECKING:
    from seqtasks.core.task import AbstractTask

_SHOWN = LazyImport("seqtasks.display.live:shown")
_LOAD = LazyImport("seqtasks.files.store:load")
_SAVE = LazyImport("seqtasks.files.store:save_run")
_LOAD_ESTIMATOR = LazyImport("seqtasks.estimators.estimator_file:load")
_SAVE_ESTIMATOR = LazyImport("seqtasks.estimators.estimator_file:save")


def run(  # noqa: PLR0913 - each is an option of the command
    task: Any,
    *,
    model: Any,
    trainer: Any = None,
    steps: int | None = None,
    epochs: int | None = None,
    seed: int = 0,
    replicas: int = 1,
    units: int | None = None,
    learning_rate: float | None = None,
    dtype: str = "float32",
    metrics: Sequence[str] = (),
    observers: Sequence[str | AbstractObserver] = (),
    checkpoint: str | None = None,
    resume: bool = False,
    save: str | None = None,
    plot: str | None = None,
    force: bool = False,
    progress: bool = True,
    plugins: Sequence[str] = (),
) -> TrainedRun:
    """Train a model on a task and judge it on fresh data, as ``seqtasks run`` does.

    Args:
        task: A name, a spec such as ``"delay:lag=3"``, or a task object.
        model: A name, a spec such as ``"gru:units=8"``, or a model object.
        trainer: A name, a spec such as ``"online:window=1"``, or a trainer object; by default that of the
            task, which is ``"online"`` for most.
        steps: The budget in time steps over all lanes and sequences; by default that of the trainer.
        epochs: The budget in passes over a fixed set, for trainers that have one.
        seed: The seed of weights and data.
        replicas: The number of networks to train side by side, with the seeds ``seed``, ``seed + 1``, ... Each has the
            full budget.
        units: Shorthand for ``units`` in the model's spec.
        learning_rate: Shorthand for ``optimizer.learning_rate`` in the trainer's spec.
        dtype: The precision of weights, states and gradients: ``"float32"`` or ``"float64"``.
        metrics: Names of scikit-learn's scorers, such as ``["f1_macro", "balanced_accuracy"]``, which are computed on
            the same data as the loss. Real targets are in their own unit.
        observers: Specs of observers, such as ``["tensorboard:logdir=logs"]``, or objects. They see each event.
            One that fails is left out with a warning.
        checkpoint: A folder in which to save the state of the run, at its end and about once a second (less often if
            a save takes longer than 20 ms).
        resume: Whether to resume from the checkpoint in the folder, if there is one. A larger budget continues a
            finished run.
        save: A file for the trained network; a network that diverged is not saved.
        plot: A .png or .svg file for the training curve.
        force: Whether ``save`` and ``plot`` may replace files of other kinds.
        progress: Whether to display the progress in a terminal or a notebook.
        plugins: Files or modules of plugins to load, as after ``--plugin``.

    Returns:
        The record's fields as attributes, and the trained network as ``network``, several as ``networks``. Ctrl-C ends
        the training: the network is judged, saved and drawn as trained so far, and ``status`` is ``interrupted``.

    Raises:
        SeqtasksError: If an argument is not valid, the parts do not fit together, or a file cannot be written.
        KeyboardInterrupt: At a second Ctrl-C, or if nothing was learned yet.

    Example:
        >>> import seqtasks
        >>> seqtasks.run("prev-bit", model="gru").solved  # doctest: +SKIP
        True
    """
    host = Host.start(plugins)
    request = RunRequest.of(
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
        dtype=dtype,
        metrics=metrics,
    )
    with RunFiles.of(request, checkpoint=checkpoint, resume=resume, save=save, plot=plot, force=force) as files:
        watching = _observers(host, observers)
        execution = execute(request, host=host, checkpoint=files.checkpoint, observers=watching)
        events: Iterable[Event] = Interruptible(execution)
        if progress:
            events = _SHOWN(events, f"loading {request.label('model')}")
        for event in events:
            if isinstance(event, Loaded):
                for note in (*event.notes, *files.notes):
                    warnings.warn(note, stacklevel=2)
            if isinstance(event, Unobserved):
                warnings.warn(event.problem, stacklevel=2)
            if isinstance(event, Judged):
                run = event.run
                if run.result.warning is not None:
                    warnings.warn(run.result.warning, stacklevel=2)
        files.write(run, host)
        files.check_checkpoint()
    return run


def _observers(host: Host, given: Sequence[str | AbstractObserver]) -> list[AbstractObserver]:
    """Observers from specs and objects."""
    made = iter(host.make_all("observers", [one for one in given if isinstance(one, str)]))
    return [next(made) if isinstance(one, str) else one for one in given]


def task(spec: str, plugins: Sequence[str] = ()) -> "AbstractTask":
    """Build the task of a spec, for its arrays and yardsticks.

    Example:
        >>> task("prev-bit").sample(seed=0, sequences=2, length=5).targets.shape
        (2, 5, 1)
    """
    host = Host.start(plugins)
    built: AbstractTask = host.make("tasks", host.spec("tasks", spec))
    return built


def table(data: Any, target: str | Sequence[str], *, plugins: Sequence[str] = (), **settings: Any) -> "AbstractTask":
    """The task of predicting a column of a frame in memory: ``table:`` from Python.

    Args:
        data: A frame of pandas or polars, a mapping of columns to arrays, or the path of a file.
        target: The column to predict, or several columns of numbers.
        plugins: Files or modules to let in, as after ``--plugin``.
        settings: The settings of the task ``table``, such as ``ahead=24`` or ``missing="forward"``. Lists are settings
            of several names, such as ``inputs=["load", "wind"]``.

    Raises:
        SeqtasksError: If the data cannot be used as the settings ask.

    Example:
        >>> table({"level": [1.0, 3.0, 2.0, 5.0, 4.0, 6.0]}, target="level", ahead=2).shapes.outputs
        1
    """
    values = {name: tuple(value) if isinstance(value, list) else value for name, value in settings.items()}
    made: AbstractTask = _known("table", settings, plugins).of(data, target, **values)
    return made


def sequences(
    train: Any, validation: Any = None, test: Any = None, *, plugins: Sequence[str] = (), **settings: Any
) -> "AbstractTask":
    """The task of learning from fixed sets of sequences in memory: ``sequences:`` from Python.

    Args:
        train: ``(X, y)`` or ``(X, y, weights)``: X of shape (n, T, F), or a list of arrays (T_i, F); y of shape (n,) or
            (n, O) for a target of each sequence, (n, T) or (n, T, O) for one of each step.
        validation: The same; None for a share of the training set.
        test: The same; None for a share of the training set.
        plugins: Files or modules to let in, as after ``--plugin``.
        settings: The settings of the task ``sequences``, such as ``kind="class"`` or ``test_share=0.3``.

    Raises:
        SeqtasksError: If the arrays cannot be used as the settings ask.

    Example:
        >>> import numpy as np
        >>> X = np.random.default_rng(0).normal(size=(40, 12, 3))
        >>> sequences((X, X.sum(axis=(1, 2)) > 0)).sets.training.inputs.shape
        (29, 12, 3)
    """
    made: AbstractTask = _known("sequences", settings, plugins).of(train, validation, test, **settings)
    return made


def _known(name: str, settings: Mapping[str, Any], plugins: Sequence[str]) -> Any:
    """The class of a task that has these settings.

    Raises:
        UsageError: If it has no such setting.
    """
    host = Host.start(plugins)
    parameters = host.signature("tasks", name).parameters
    names = {parameter.name for parameter in parameters}
    fixed = ("path", "target") if name == "table" else ("path",)  # what the data themselves decide
    unknown = next((setting for setting in settings if setting not in names or setting in fixed), None)
    if unknown is not None:
        near = closest(unknown, sorted(names))
        raise UsageError(f"{name} has no setting {unknown}.", f"{near}seqtasks show {name} lists them.")
    for parameter in parameters:
        if parameter.name in settings:
            value = settings[parameter.name]
            for one in value if isinstance(value, list | tuple) else [value]:
                if one is not None:
                    parameter.check(one, name)
    return host.load("tasks", name)


def save(run: Any, path: str, *, force: bool = False, plugins: Sequence[str] = ()) -> None:
    """Save the trained network of a run, as ``seqtasks run --save`` does, or a fitted estimator.

    Args:
        run: The run that :func:`run` returned; or an estimator, a ``StreamPipeline``, or a pipeline of scikit-learn
            that ends in an estimator.
        path: The file. An existing file of the same kind is replaced, any other file only with ``force``.
        force: Whether any file may be replaced.
        plugins: Files or modules that provide the model, as after ``--plugin``.

    Raises:
        NotFittedError: If the estimator is not fitted.
        SeqtasksError: If the file cannot be written, or could not be read again.
    """
    if hasattr(run, "get_params"):
        _SAVE_ESTIMATOR(run, path, force=force)
        return
    _SAVE(network_file.target(path, force), run, Host.start(plugins))


def load(path: str | PathLike[str], plugins: Sequence[str] = ()) -> Any:
    """Load a network that ``seqtasks run --save`` wrote, or an estimator or pipeline. No code of the file is run.

    Args:
        path: The file.
        plugins: Files or modules that provide the model of a network, as after ``--plugin``.

    Returns:
        The network, an :class:`~seqtasks.core.network.AbstractNetwork`; or the estimator or pipeline, whose learning
        continues where it stopped.

    Raises:
        DataError: If it is not such a file, or a plugin that it needs is missing.
    """
    if manifest.holds(Path(path).expanduser(), manifest.ESTIMATOR):
        return _LOAD_ESTIMATOR(path)
    return _LOAD(path, Host.start(plugins)).network
