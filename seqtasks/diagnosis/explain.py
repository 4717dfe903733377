"""``seqtasks.explain``: why a network does not learn."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from seqtasks.catalogue.host import Host
from seqtasks.diagnosis.diagnosis import Diagnosis
from seqtasks.errors import UsageError
from seqtasks.lazy import LazyImport
from seqtasks.running.execution import Event, Interruptible, Judged, execute
from seqtasks.running.request import RunRequest

_DIAGNOSE_MODEL: Final = LazyImport("seqtasks.diagnosis.keras_model.diagnose:diagnose_model")
_DIAGNOSE: Final = LazyImport("seqtasks.diagnosis.runs.diagnose:diagnose")
_SHOWN: Final = LazyImport("seqtasks.display.live:shown")


def explain(
    subject: Any,
    X: Any = None,
    y: Any = None,
    fit: Mapping[str, Any] | None = None,
    *,
    model: Any = None,
    trainer: Any = None,
    try_changes: bool = False,
    progress: bool = True,
    plugins: Sequence[str] = (),
    **run: Any,
) -> Diagnosis:
    """Find out why a network does not learn: a Keras model that you have trained, or a task that is trained now.

    A Keras model is measured and never changed: its weights, states, optimizer, and compiled functions stay as they
    are.

    Args:
        subject: A Keras model after the training (or before: then only the data and the layers are examined). It is
            built and compiled. Or a task, as in :func:`seqtasks.run`: a name, a spec, or an object.
        X: The inputs that the model was fitted to, (rows, steps, inputs), or integers (rows, steps) for an embedding.
        y: The targets, as ``model.fit`` received them.
        fit: The arguments that ``model.fit`` received, such as ``{"epochs": 5, "shuffle": False}``. For a stateful
            model, ``reset_states`` says when your program reset the states: after each ``"epoch"``, after each
            ``"batch"``, or never (None). ``losses`` are the losses of a loop of your own.
        model: The model for a task: a name, a spec, or an object.
        trainer: Its trainer; by default that of the task.
        try_changes: Whether to train copies with the proposed changes, which takes up to six times as long as the
            training.
        progress: Whether to display the progress of the run in a terminal or a notebook.
        plugins: Files or modules of plugins to load for a task.
        run: Other arguments of :func:`seqtasks.run` for a task: ``steps``, ``epochs``, ``seed``, ``replicas``,
            ``units``, ``learning_rate``, and ``dtype``.

    Raises:
        UsageError: If the model is not compiled, or an argument is not known.
        DataError: If X and y are not arrays of numbers of the same length, or contain NaN.

    Example:
        >>> import keras, numpy as np
        >>> model = keras.Sequential([keras.Input((None, 1)), keras.layers.SimpleRNN(2), keras.layers.Dense(1)])
        >>> model.compile(loss="mse")
        >>> X = np.random.default_rng(0).normal(size=(200, 5, 1))
        >>> explain(model, X, 1 - X[:, -1]).verdict
        'not trained'
    """
    if model is not None:
        if X is not None or y is not None or fit is not None:
            raise UsageError(
                "X, y and fit belong to a Keras model, not to a task.", "Leave them out, or leave out model."
            )
        return _explained_run(subject, model, trainer, try_changes, progress, plugins, run)
    if X is not None and y is None:
        raise UsageError(
            f"y is missing, and {type(X).__name__} cannot be read without changing it or repeating a random choice.",
            "Pass arrays, such as those of some batches: X, y = map(np.concatenate, "
            "zip(*data.take(100).as_numpy_iterator())).",
        )
    if X is None:
        raise UsageError(
            f"{subject!r} has neither data nor a model.",
            "Pass a Keras model with X and y, or a task with model=, such as explain('prev-bit', model='gru').",
        )
    for name in [*run, *(["trainer"] if trainer is not None else [])]:
        raise UsageError(
            f"{name} belongs to a task, not to a Keras model.", "Pass the arguments of model.fit as fit={...}."
        )
    diagnosis: Diagnosis = _DIAGNOSE_MODEL(subject, X, y, fit, try_changes=try_changes)
    return diagnosis


def _explained_run(
    task: Any,
    model: Any,
    trainer: Any,
    try_changes: bool,
    progress: bool,
    plugins: Sequence[str],
    run: Mapping[str, Any],
) -> Diagnosis:
    host = Host.start(plugins)
    request = RunRequest.of(host, task, model, trainer, **run)
    events: Iterable[Event] = Interruptible(execute(request, host=host))
    if progress:
        events = _SHOWN(events, f"loading {request.label('model')}")
    for event in events:
        if isinstance(event, Judged):
            done = event.run
    diagnosis: Diagnosis = _DIAGNOSE(done, host, try_changes=try_changes)
    return diagnosis
