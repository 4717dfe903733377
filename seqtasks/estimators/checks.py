"""What every sequence estimator keeps to on data that scikit-learn's own checks do not have: 3-D, ragged, step by step.

For authors of a model, a cell, a trainer or an estimator:

    @pytest.mark.parametrize("check", SEQUENCE_CHECKS, ids=lambda check: check.__name__)
    def test_my_cell(check):
        check(SequenceClassifier(model="my-cell:units=4", epochs=3))

A check raises AssertionError, or what the estimator raised that it should not have.
"""

import copy
import pickle
import random
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.testing import assert_allclose, assert_array_equal, assert_raises, assert_raises_regex
from sklearn.base import clone, is_classifier
from sklearn.exceptions import NotFittedError

SEQUENCES: Final = 12
STEPS: Final = 6
FEATURES: Final = 2


def fits_3d(estimator: Any) -> None:
    """X (n, T, F) is taken, ``n_features_in_`` is F, T is free afterwards, and predictions have the form of y."""
    X, y = _arrays(estimator)
    fitted = _fitted(estimator, X, y)
    assert fitted.n_features_in_ == FEATURES, "n_features_in_ of (n, T, F) is F"
    assert np.shape(fitted.predict(X)) == y.shape, "a prediction for each target"
    shorter = fitted.predict(X[:, :-2])
    assert np.shape(shorter)[:2] == y[:, :-2].shape[:2] if _of_steps(estimator) else len(shorter) == SEQUENCES


def takes_sequences_apart(estimator: Any) -> None:
    """Lists and arrays of objects of (T_i, F) are the same, and predictions of steps come in the form of X."""
    X, y = _apart(estimator)
    said, again = (_fitted(estimator, form(X), y).predict(form(X)) for form in (list, _objects))
    for one, other in zip(said, again, strict=True):
        assert_array_equal(one, other, "a list and an array of objects lead to the same")
    if _of_steps(estimator):
        assert isinstance(said, list), "a list of predictions for a list"
        assert isinstance(again, np.ndarray), "an array of objects for an array of objects"
        assert [len(each) for each in said] == [len(each) for each in X], "a prediction for each step"


def apart_is_as_together(estimator: Any) -> None:
    """Sequences of one length in a list lead to the same network as in an array, to the bit."""
    X, y = _arrays(estimator)
    _same(_fitted(estimator, X, y), _fitted(estimator, list(X), list(y)), X)


def what_is_behind_the_end_is_nothing(estimator: Any) -> None:
    """A sequence alone, and beside longer ones, is said the same of, to the bit."""
    X, y = _apart(estimator)
    fitted = _fitted(estimator, X, y)
    for place, said in enumerate(_outputs(fitted, X)):
        assert_array_equal(said, _outputs(fitted, [X[place]])[0], f"sequence {place} alone")


def nothing_is_known_of_the_future(estimator: Any) -> None:
    """What is said at a step does not depend on later ones: the first steps alone are said the same of."""
    X, y = _arrays(estimator)
    fitted = _fitted(estimator, X, y)
    if _of_steps(estimator):
        assert_array_equal(_outputs(fitted, X)[:, :3], _outputs(fitted, X[:, :3]))
    else:
        changed = X.copy()
        changed[:, -1] += 1
        assert not np.array_equal(_outputs(fitted, X), _outputs(fitted, changed)), "the last step is seen"


def is_reproducible(estimator: Any) -> None:
    """The same ``random_state`` leads to the same bits, and the global random states stay as they are."""
    X, y = _apart(estimator)
    before = _global_random_states()
    first, second = _fitted(estimator, X, y), _fitted(estimator, X, y)
    assert _global_random_states() == before, "global random states are left alone"
    _same(first, second, X)


def clones_are_new(estimator: Any) -> None:
    """A clone has the settings and nothing that was learned."""
    X, y = _arrays(estimator)
    fitted = _fitted(estimator, X, y)
    new = clone(fitted)
    assert repr(new) == repr(fitted)
    with assert_raises(NotFittedError):
        new.predict(X)


def copies_go_on_alike(estimator: Any) -> None:
    """Pickled, copied or read from a file, an estimator predicts and goes on learning as the original does."""
    X, y = _apart(estimator)
    fitted = _fitted(estimator, X, y)
    copies = [pickle.loads(pickle.dumps(fitted)), copy.deepcopy(fitted)]
    with tempfile.TemporaryDirectory() as folder:
        fitted.save(Path(folder) / "estimator.zip")
        copies.append(type(fitted).load(Path(folder) / "estimator.zip"))
    for each in copies:
        _same(fitted, each, X)
    fitted.partial_fit(X, y)
    for each in copies:
        _same(fitted, each.partial_fit(X, y), X)


def weights_mean_repetition(estimator: Any) -> None:
    """With all sequences in one mini-batch a weight of 2 is the sequence twice, and one of 0 is none."""
    X, y = _arrays(estimator)
    weights = np.arange(SEQUENCES) % 3
    exact = clone(estimator).set_params(dtype="float64")
    weighted, repeated = (
        _fitted(exact, X, y, sample_weight=weights),
        _fitted(exact, X.repeat(weights, 0), y.repeat(weights, 0)),
    )
    assert_allclose(_outputs(weighted, X), _outputs(repeated, X), rtol=1e-6, atol=1e-8)


def scores_what_counts(estimator: Any) -> None:
    """The score of half of the sequences is that of all where the others weigh nothing."""
    X, y = _arrays(estimator)
    fitted, half = _fitted(estimator, X, y), SEQUENCES // 2
    weights = np.arange(SEQUENCES) < half
    assert_allclose(fitted.score(X, y, sample_weight=weights), fitted.score(X[:half], y[:half]))


def takes_any_memory(estimator: Any) -> None:
    """Read-only, Fortran-ordered and strided arrays lead to the same as plain ones, and are left as they are."""
    X, y = _arrays(estimator)
    plain = _fitted(estimator, X, y)
    locked = X.copy()
    locked.flags.writeable = False
    for each in (locked, np.asfortranarray(X), np.repeat(X, 2, axis=1)[:, ::2]):
        _same(plain, _fitted(estimator, each, y), X)


def refuses_other_widths(estimator: Any) -> None:
    """Sequences of another number of features are refused, with the number that is expected."""
    X, y = _arrays(estimator)
    fitted = _fitted(estimator, X, y)
    for wrong in (X[:, :, :1], list(X[:, :, :1])):
        with assert_raises_regex(ValueError, f"expecting {FEATURES} features"):
            fitted.predict(wrong)


SEQUENCE_CHECKS: Final[tuple[Callable[[Any], None], ...]] = (
    fits_3d,
    takes_sequences_apart,
    apart_is_as_together,
    what_is_behind_the_end_is_nothing,
    nothing_is_known_of_the_future,
    is_reproducible,
    clones_are_new,
    copies_go_on_alike,
    weights_mean_repetition,
    scores_what_counts,
    takes_any_memory,
    refuses_other_widths,
)


def _arrays(estimator: Any) -> tuple[Any, Any]:
    """X (n, T, F), and a target that depends on the step before the last."""
    X = np.random.default_rng(0).normal(size=(SEQUENCES, STEPS, FEATURES))
    before = np.concatenate([np.zeros((SEQUENCES, 1)), X[:, :-1, 0]], axis=1)
    y = before if _of_steps(estimator) else before[:, -1]
    return X, np.where(y > np.median(y), "high", "low") if is_classifier(estimator) else y


def _apart(estimator: Any) -> tuple[list[Any], Any]:
    """The same with every other sequence shorter, from its beginning."""
    X, y = _arrays(estimator)
    lengths = [STEPS - place % 3 for place in range(SEQUENCES)]
    cut = [each[:length] for each, length in zip(X, lengths, strict=True)]
    return cut, [each[:n] for each, n in zip(y, lengths, strict=True)] if _of_steps(estimator) else y


def _of_steps(estimator: Any) -> bool:
    return bool(estimator.output == "steps")


def _fitted(estimator: Any, X: Any, y: Any, **weights: Any) -> Any:
    return clone(estimator).set_params(random_state=0).fit(X, y, **weights)


def _outputs(fitted: Any, X: Any) -> Any:
    return fitted.decision_function(X) if is_classifier(fitted) else fitted.predict(X)


def _same(first: Any, second: Any, X: Any) -> None:
    for one, other in zip(_outputs(first, X), _outputs(second, X), strict=True):
        assert_array_equal(one, other)


def _global_random_states() -> bytes:
    return pickle.dumps((random.getstate(), np.random.get_state()))  # noqa: NPY002 - theirs is what is looked at


def _objects(parts: Any) -> Any:
    array = np.empty(len(parts), object)
    array[:] = parts
    return array
