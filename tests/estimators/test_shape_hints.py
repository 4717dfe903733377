"""The shape that an error names is one that is accepted: what is refused first is not sent to a second refusal."""

import re

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from seqtasks.estimators import SequenceRegressor
from seqtasks.estimators.data.sequences import check_sequences
from seqtasks.estimators.data.targets import (
    check_sequence_targets,
    check_sequence_weights,
    check_step_targets,
    check_step_weights,
)

N, T, F = 4, 3, 2
LETTERS = {"n": N, "T": T, "F": F, "O": 2}
SHAPES = st.one_of(
    st.lists(st.sampled_from([1, 2, 3, 4, 5]), max_size=4).map(tuple), st.permutations([N, T, F]).map(tuple)
)
GIVEN = check_sequences(SequenceRegressor(), np.zeros((N, T, F)), True, "float64")
RAGGED = [1, 3, 2, 3]


def numbers(shape):
    return np.ones(shape)


def labels(shape):
    return np.array(["a", "b"])[np.arange(int(np.prod(shape))).reshape(shape) % 2]


CHECKS = {
    "y of sequences": (lambda v: check_sequence_targets(v, GIVEN, True), numbers),
    "labels of sequences": (lambda v: check_sequence_targets(v, GIVEN, False), labels),
    "y of steps": (lambda v: check_step_targets(v, GIVEN, True), numbers),
    "labels of steps": (lambda v: check_step_targets(v, GIVEN, False), labels),
    "weights of sequences": (lambda v: check_sequence_weights(v, GIVEN), numbers),
    "weights of steps": (lambda v: check_step_weights(v, GIVEN), numbers),
}


def shapes_in(words):
    """All shapes that the error expects, letters replaced by their numbers."""
    expected = re.split(r"expected |Expected |expecting ", words, maxsplit=1)[1]
    for shown in re.findall(r"\(([\w, ]+)\)", expected):
        axes = [part.strip() for part in shown.split(",") if part.strip()]
        if all(axis in LETTERS or axis.isdigit() for axis in axes):
            yield tuple(LETTERS[axis] if axis in LETTERS else int(axis) for axis in axes)
    yield from ((int(length),) for length in re.findall(r"1D array of length (\d+)", expected))


@pytest.mark.parametrize("name", CHECKS)
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.DataConversionWarning")  # of a column, which is accepted
@given(shape=SHAPES)
def test_expected_shapes_are_accepted(name, shape):
    """Of targets and weights: every shape in the sentence, and there is one unless the number of samples is wrong."""
    check, of = CHECKS[name]
    assume(
        shape or "weights" not in name
    )  # one number is the weight of all, and an array of no axes scikit-learn refuses
    words = refusal(check, of(shape))
    if not words or "inconsistent numbers of samples" in words:
        assert not words or shape[0] != N
        return
    named = list(shapes_in(words))
    assert named, f"{shape}: {words}"
    for accepted in named:
        check(of(accepted))


def refusal(ask, value):
    """The error's words; empty if there is none."""
    try:
        ask(value)
    except (TypeError, ValueError) as error:
        return str(error)
    return ""


FITTED = {"flat": np.zeros((N, T)), "3-D": np.zeros((N, T, F))}


@pytest.mark.parametrize("form", FITTED)
@given(shape=SHAPES)
def test_expected_shapes_of_x_are_accepted(form, shape):
    """At predict; of a vector for (n, T) scikit-learn's words are kept, which offer both of its reshapes."""
    model = SequenceRegressor()
    check_sequences(model, FITTED[form], True, "float64")
    words = refusal(lambda X: check_sequences(model, X, False, "float64"), np.zeros(shape))
    if not words or "Reshape your data" in words or "got scalar array instead" in words:
        assert not words or len(shape) < 2
        return
    columns = [(N, int(count)) for count in re.findall(r"is expecting (\d+) features as input\.$", words)]
    fitting = [each for each in [*columns, *shapes_in(words)] if each[1:] == ((T,) if form == "flat" else (T, F))]
    assert fitting, f"{shape}: {words}"
    for accepted in fitting:
        check_sequences(model, np.zeros(accepted), False, "float64")


def test_weights_with_too_many_axes():
    """The error of weights (n, T, F) has both shapes that are accepted; for lists, arrays."""
    words = (
        r"sample_weight has shape \(4, 3, 2\); expected one weight for each step, \(n, T\) = \(4, 3\)\. One for each "
        r"sequence is \(n,\) = \(4,\)\."
    )
    with pytest.raises(ValueError, match=words):
        check_step_weights(np.ones((N, T, F)), GIVEN)
    of_list = check_sequences(SequenceRegressor(), [np.zeros((length, F)) for length in RAGGED], True, "float64")
    with pytest.raises(
        ValueError, match=r"has arrays \(T_i, 2\); expected one weight for each step, 4 arrays \(T_i,\)"
    ):
        check_step_weights([np.ones((length, F)) for length in RAGGED], of_list)
    assert check_step_weights([np.ones(length) for length in RAGGED], of_list).tolist() == [1.0] * 9
    assert check_step_weights(2.0, of_list).tolist() == [2.0] * 9
    with pytest.raises(ValueError, match=r"one weight for each step; expected .*\(n,\) = \(4,\)\. .*output='steps'"):
        check_sequence_weights([np.ones(length) for length in RAGGED], of_list)


def test_targets_of_another_width_have_the_form_of_y():
    """With targets at each step it is (n, T, O), not the rows inside."""
    rows = np.ones((N * T, 1))
    for output, words in (("steps", r"y has shape \(n, T, 1\); expected \(n, T, 2\)"), ("sequence", r"\(n, 2\)")):
        model = SequenceRegressor(output=output)
        model.target_shape_ = (2,)
        with pytest.raises(ValueError, match=words):
            model._encode_targets(rows, np.ones(N * T), F, False, None)
