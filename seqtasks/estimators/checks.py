"""Checks of sequence estimators on data that scikit-learn's own checks lack: 3-D arrays, lists, and targets of steps.

They are :class:`seqtasks.checks.Check` objects, as the checks of tasks, cells, models and trainers are: each has a
``name`` and a ``promise``, takes the estimator, and raises :class:`seqtasks.checks.CheckFailure` with what it found and
what to change. In the tests of a model, a cell, a trainer or an estimator:

    from seqtasks.estimators.checks import parametrize_with_checks

    @parametrize_with_checks([SequenceClassifier(model="my-cell:units=4", epochs=3)])
    def test_my_cell(estimator, check):
        check(estimator)
"""

import copy
import pickle
import tempfile
from collections.abc import Callable, Sequence
from itertools import product
from pathlib import Path
from typing import Any, Final

import numpy as np
from sklearn.base import clone, is_classifier
from sklearn.exceptions import NotFittedError

from seqtasks.checks import Check
from seqtasks.checks.check import expect
from seqtasks.checks.states import global_random_states
from seqtasks.lazy import LazyImport

SEQUENCES: Final = 12
STEPS: Final = 6
FEATURES: Final = 2
RTOL: Final = 1e-6  # of sums in another order, in double precision
ATOL: Final = 1e-8

_MARK: Final = LazyImport("pytest:mark")
_PARAM: Final = LazyImport("pytest:param")


def parametrize_with_checks(estimators: Sequence[Any]) -> Callable[[Any], Any]:
    """Run a pytest function with each estimator and each check, as its arguments ``estimator`` and ``check``.

    Args:
        estimators: Sequence estimators, not fitted.
    """
    pairs = product(estimators, SEQUENCE_CHECKS)
    cases = [_PARAM(estimator, check, id=f"{estimator!r}: {check.name}") for estimator, check in pairs]
    decorator: Callable[[Any], Any] = _MARK.load().parametrize(("estimator", "check"), cases)
    return decorator


def three_d(estimator: Any) -> None:
    """X (n, T, F) sets n_features_in_ to F, any T can be predicted, and predictions have the form of y."""
    X, y = _arrays(estimator)
    fitted = _fit(estimator, X, y)
    found = fitted.n_features_in_
    expect(found == FEATURES, f"n_features_in_ is {found} after fit of (n, T, {FEATURES}).", f"Set it to {FEATURES}.")
    shape = np.shape(fitted.predict(X))
    expect(shape == y.shape, f"predict returns shape {shape} for y of shape {y.shape}.", "Return one for each target.")
    shorter = np.shape(fitted.predict(X[:, :-2]))
    expected = y[:, :-2].shape if _has_steps(estimator) else y.shape
    expect(
        shorter == expected,
        f"predict returns shape {shorter} for {STEPS - 2} steps after fit of {STEPS}; expected {expected}.",
        "Predict sequences of any length.",
    )


def lists(estimator: Any) -> None:
    """Lists and arrays of objects that hold n sequences (T_i, F) are equivalent, and predictions come in their form."""
    X, y = _ragged(estimator)
    of_list, of_objects = (_fit(estimator, form(X), y).predict(form(X)) for form in (list, _objects))
    _expect_equal(of_list, of_objects, "A list and an array of objects with the same sequences")
    if _has_steps(estimator):
        expect(isinstance(of_list, list), f"predict returns a {type(of_list).__name__} for a list.", "Return a list.")
        expect(
            isinstance(of_objects, np.ndarray),
            f"predict returns a {type(of_objects).__name__} for an array of objects.",
            "Return an array of objects.",
        )
        lengths, expected = [len(each) for each in of_objects], [len(each) for each in X]
        expect(lengths == expected, f"Sequences of {expected} steps have {lengths} predictions.", "Remove the padding.")


def list_as_array(estimator: Any) -> None:
    """A list of sequences of equal length gives the same network as the array (n, T, F), to the bit."""
    X, y = _arrays(estimator)
    array, as_list = _fit(estimator, X, y), _fit(estimator, list(X), list(y))
    _expect_equal(_outputs(array, X), _outputs(as_list, X), "Fits of an array and of a list of its sequences")


def padding(estimator: Any) -> None:
    """The outputs for a sequence are the same alone and together with longer ones, to the bit."""
    X, y = _ragged(estimator)
    fitted = _fit(estimator, X, y)
    together = _outputs(fitted, X)
    for index, outputs in enumerate(together):
        alone = _outputs(fitted, [X[index]])[0]
        _expect_equal([outputs], [alone], f"Sequence {index} together with others and alone")


def causality(estimator: Any) -> None:
    """The outputs at a step do not depend on later steps; those for a sequence depend on its last step."""
    X, y = _arrays(estimator)
    fitted = _fit(estimator, X, y)
    if _has_steps(estimator):
        _expect_equal(_outputs(fitted, X)[:, :3], _outputs(fitted, X[:, :3]), "Three steps with and without later ones")
    else:
        changed = X.copy()
        changed[:, -1] += 1
        expect(
            not np.array_equal(_outputs(fitted, X), _outputs(fitted, changed)),
            "A change of the last step does not change the outputs.",
            "Evaluate the network at the last step.",
        )


def seeding(estimator: Any) -> None:
    """The same random_state gives the same network, to the bit, and fit does not change global random states."""
    X, y = _ragged(estimator)
    before = global_random_states()
    first, second = _fit(estimator, X, y), _fit(estimator, X, y)
    expect(
        global_random_states() == before,
        "fit changes a global random state.",
        "Draw random numbers from check_random_state(random_state).",
    )
    _expect_equal(_outputs(first, X), _outputs(second, X), "Two fits with random_state=0")


def cloning(estimator: Any) -> None:
    """A clone has the same settings and is not fitted."""
    X, y = _arrays(estimator)
    fitted = _fit(estimator, X, y)
    new = clone(fitted)
    expect(repr(new) == repr(fitted), f"The clone of {fitted!r} is {new!r}.", "Copy all settings.")
    try:
        new.predict(X)
    except NotFittedError:
        return
    expect(False, "A clone of a fitted estimator predicts.", "Clone the settings only.")


def copying(estimator: Any) -> None:
    """A pickled, copied or saved estimator predicts and continues to learn as the original does, to the bit."""
    X, y = _ragged(estimator)
    fitted = _fit(estimator, X, y)
    copies = {"pickle": pickle.loads(pickle.dumps(fitted)), "deepcopy": copy.deepcopy(fitted)}
    with tempfile.TemporaryDirectory() as folder:
        fitted.save(Path(folder) / "estimator.zip")
        copies["file"] = type(fitted).load(Path(folder) / "estimator.zip")
    for name, each in copies.items():
        _expect_equal(_outputs(fitted, X), _outputs(each, X), f"An estimator and its {name}")
    fitted.partial_fit(X, y)
    for name, each in copies.items():
        continued = _outputs(each.partial_fit(X, y), X)
        _expect_equal(_outputs(fitted, X), continued, f"partial_fit of an estimator and of its {name}")


def sample_weights(estimator: Any) -> None:
    """With all sequences in one mini-batch, a weight of 2 is equivalent to repeating the sequence, and 0 to none."""
    X, y = _arrays(estimator)
    weights = np.arange(SEQUENCES) % 3
    exact = clone(estimator).set_params(dtype="float64")
    weighted, repeated = (
        _fit(exact, X, y, sample_weight=weights),
        _fit(exact, X.repeat(weights, 0), y.repeat(weights, 0)),
    )
    _expect_close(_outputs(weighted, X), _outputs(repeated, X), "Fits of weighted and of repeated sequences")


def score_weights(estimator: Any) -> None:
    """The score of half of the sequences equals the score of all with weight 0 for the others."""
    X, y = _arrays(estimator)
    fitted, half = _fit(estimator, X, y), SEQUENCES // 2
    weighted = fitted.score(X, y, sample_weight=np.arange(SEQUENCES) < half)
    _expect_close(
        weighted, fitted.score(X[:half], y[:half]), "Scores of all sequences with weights and of half of them"
    )


def memory_layout(estimator: Any) -> None:
    """Read-only, Fortran-ordered and strided arrays give the same network as contiguous ones."""
    X, y = _arrays(estimator)
    contiguous = _outputs(_fit(estimator, X, y), X)
    locked = X.copy()
    locked.flags.writeable = False
    layouts = {"read-only": locked, "Fortran": np.asfortranarray(X), "strided": np.repeat(X, 2, axis=1)[:, ::2]}
    for name, each in layouts.items():
        _expect_equal(contiguous, _outputs(_fit(estimator, each, y), X), f"Fits of a contiguous and a {name} array")


def features(estimator: Any) -> None:
    """Sequences with another number of features raise a ValueError that names the expected number."""
    X, y = _arrays(estimator)
    fitted = _fit(estimator, X, y)
    expected = f"expecting {FEATURES} features"
    for wrong in (X[:, :, :1], list(X[:, :, :1])):
        message = "nothing"
        try:
            fitted.predict(wrong)
        except ValueError as error:
            message = str(error)
        expect(
            expected in message,
            f"predict of 1 feature after fit of {FEATURES} raises {message}.",
            f"Raise a ValueError that contains '{expected}'.",
        )


SEQUENCE_CHECKS: Final[tuple[Check, ...]] = (
    Check.of(three_d, 3.0),
    Check.of(lists, 3.0),
    Check.of(list_as_array, 2.0),
    Check.of(padding, 2.0),
    Check.of(causality, 2.0),
    Check.of(seeding, 2.0),
    Check.of(cloning, 2.0),
    Check.of(copying, 4.0),
    Check.of(sample_weights, 3.0),
    Check.of(score_weights, 2.0),
    Check.of(memory_layout, 3.0),
    Check.of(features, 2.0),
)


def _arrays(estimator: Any) -> tuple[Any, Any]:
    """X (n, T, F), and a target that depends on the step before the last."""
    X = np.random.default_rng(0).normal(size=(SEQUENCES, STEPS, FEATURES))
    before = np.concatenate([np.zeros((SEQUENCES, 1)), X[:, :-1, 0]], axis=1)
    y = before if _has_steps(estimator) else before[:, -1]
    return X, np.where(y > np.median(y), "high", "low") if is_classifier(estimator) else y


def _ragged(estimator: Any) -> tuple[list[Any], Any]:
    """The same sequences, two of three shortened at their end."""
    X, y = _arrays(estimator)
    lengths = [STEPS - index % 3 for index in range(SEQUENCES)]
    cut = [each[:length] for each, length in zip(X, lengths, strict=True)]
    return cut, [each[:n] for each, n in zip(y, lengths, strict=True)] if _has_steps(estimator) else y


def _has_steps(estimator: Any) -> bool:
    return bool(estimator.output == "steps")


def _fit(estimator: Any, X: Any, y: Any, **weights: Any) -> Any:
    return clone(estimator).set_params(random_state=0).fit(X, y, **weights)


def _outputs(fitted: Any, X: Any) -> Any:
    return fitted.decision_function(X) if is_classifier(fitted) else fitted.predict(X)


def _expect_equal(first: Any, second: Any, subject: str) -> None:
    """Expect the same values, to the bit, of arrays or of lists of arrays."""
    equal = len(first) == len(second) and all(map(np.array_equal, first, second))
    expect(equal, f"{subject} have different outputs.", "Make the result independent of the form and of other data.")


def _expect_close(first: Any, second: Any, subject: str) -> None:
    difference = float(np.max(np.abs(np.subtract(first, second))))
    expect(
        np.allclose(first, second, rtol=RTOL, atol=ATOL),
        f"{subject} differ by up to {difference:.3g}.",
        "Multiply the loss, or the score, of each sequence by its weight.",
    )


def _objects(parts: Any) -> Any:
    array = np.empty(len(parts), object)
    array[:] = parts
    return array
