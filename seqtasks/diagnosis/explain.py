"""``seqtasks.explain``: why a plain Keras model does not learn."""

from collections.abc import Mapping
from typing import Any, Final

from seqtasks.diagnosis.diagnosis import Diagnosis
from seqtasks.lazy import LazyImport

_SUBJECT: Final = LazyImport("seqtasks.diagnosis.keras_model.subject:KerasSubject")
_EXAMINE: Final = LazyImport("seqtasks.diagnosis.examination:examine")


def explain(model: Any, X: Any, y: Any, fit: Mapping[str, Any] | None = None) -> Diagnosis:
    """Find out why a Keras model does not learn, from the model, its data, and how it was fitted.

    The model is measured and never changed: its weights, states, optimizer, and compiled functions stay as they are.

    Args:
        model: The model after the training (or before: then only the data and the layers are examined). It is built
            and compiled.
        X: The inputs that it was fitted to, (rows, steps, inputs), or integers (rows, steps) for an embedding.
        y: The targets, as ``model.fit`` received them.
        fit: The arguments that ``model.fit`` received, such as ``{"epochs": 5, "shuffle": False}``. For a stateful
            model, ``reset_states`` says when your program reset the states: after each ``"epoch"``, after each
            ``"batch"``, or never (None). ``losses`` are the losses of a loop of your own.

    Raises:
        UsageError: If the model is not compiled, or an argument of ``fit`` is unknown.
        DataError: If X and y are not arrays of numbers of the same length, or contain NaN.

    Example:
        >>> import keras, numpy as np
        >>> model = keras.Sequential([keras.Input((None, 1)), keras.layers.SimpleRNN(2), keras.layers.Dense(1)])
        >>> model.compile(loss="mse")
        >>> X = np.random.default_rng(0).normal(size=(200, 5, 1))
        >>> explain(model, X, 1 - X[:, -1]).verdict
        'not trained'
    """
    diagnosis: Diagnosis = _EXAMINE(_SUBJECT(model, X, y, fit))
    return diagnosis
