"""Everything a lag task derives from its law."""

from dataclasses import dataclass
from math import log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqtasks.core.task import Shapes
from seqtasks.errors import UsageError
from seqtasks.tasks.delay import Delay
from seqtasks.tasks.echo import Echo
from seqtasks.tasks.lagged import AbstractLagTask
from seqtasks.tasks.prev_bit import PrevBit
from seqtasks.tasks.same_bit import SameBit


@dataclass(frozen=True)
class Sum(AbstractLagTask):
    """A user's class task: the sum of two of three symbols."""

    lags = (0, 2)
    kind = "class"
    symbols = 3

    def law(self, x):
        return x[0] + x[2]


class Same(AbstractLagTask):
    """A user's binary task, as short as can be."""

    lags = (1, 2)
    kind = "binary"

    def law(self, x):
        return x[1] == x[2]


def named(task):
    """The task's class, which says the same at every start."""
    return type(task).__name__


TASKS = [PrevBit(), SameBit(0.5), Delay(5), Delay(2, symbols=4), Echo(), Sum(), Same()]
tasks = st.sampled_from(TASKS)
seeds = st.integers(0, 2**32)


def assert_same(one, other):
    for name in ("inputs", "targets", "weights", "starts"):
        left, right = getattr(one, name), getattr(other, name)
        assert left.dtype == right.dtype
        np.testing.assert_array_equal(left, right, err_msg=name)


def joined(chunks):
    return type(chunks[0])(
        *(np.concatenate([getattr(c, n) for c in chunks], axis=1) for n in ("inputs", "targets", "weights", "starts"))
    )


@given(tasks, seeds, st.lists(st.integers(0, 13), min_size=1, max_size=6))
def test_chunks_change_nothing(task, seed, lengths):
    """Any cut of the same steps is the same data, to the bit."""
    stream = task.stream(seed, 3)
    assert_same(joined([stream.take(n) for n in lengths]), task.stream(seed, 3).take(sum(lengths)))


@given(tasks, seeds, st.integers(1, 4), st.integers(1, 4))
def test_a_lane_does_not_depend_on_how_many_there_are(task, seed, few, more):
    """The first lanes of many are the lanes of few."""
    wide, narrow = task.sample(seed, few + more, 12), task.sample(seed, few, 12)
    np.testing.assert_array_equal(wide.inputs[:few], narrow.inputs)
    np.testing.assert_array_equal(wide.targets[:few], narrow.targets)


@given(tasks, seeds, st.integers(0, 20), st.integers(1, 20))
def test_a_restored_stream_goes_on_as_the_first(task, seed, before, after):
    """The state holds all that is needed, also where the past is older than it."""
    stream = task.stream(seed, 2)
    stream.take(before)
    state = dict(stream.state())
    expected = stream.take(after)
    restored = task.stream(seed, 2)
    restored.restore(state)
    assert_same(restored.take(after), expected)
    stream.restore(state)
    assert_same(stream.take(after), expected)


@given(tasks, seeds)
def test_the_same_seed_gives_the_same_data_and_another_gives_other(task, seed):
    """The data is a function of the seed, and not a constant one."""
    assert_same(task.sample(seed, 4, 64), task.sample(seed, 4, 64))
    assert (task.sample(seed, 4, 64).inputs != task.sample(seed + 1, 4, 64).inputs).any()


@pytest.mark.parametrize("task", [PrevBit(), SameBit(), Delay(5), Delay(2, symbols=4), Sum(), Same()], ids=named)
def test_targets_follow_from_past_inputs_alone(task):
    """A slow law in plain Python, that sees no later input, gives every target; before the start lie zeros."""
    laws = {
        PrevBit: lambda x, t: 1 - x(t - 1),
        SameBit: lambda x, t: 1 - x(t),
        Delay: lambda x, t: x(t - task.lag) if task.symbols else 1 - x(t - task.lag),
        Sum: lambda x, t: x(t) + x(t - 2),
        Same: lambda x, t: x(t - 1) == x(t - 2),
    }
    chunk = task.sample(7, 3, 50)
    for lane in range(3):
        seen = chunk.inputs[lane, :, 0].tolist()
        for t in range(50):
            expected = laws[type(task)](lambda s, past=seen[: t + 1]: past[s] if s >= 0 else 0, t)
            assert chunk.targets[lane, t, 0] == expected


@pytest.mark.parametrize("task", TASKS, ids=named)
def test_steps_count_from_where_their_source_is(task):
    """Weights are 0 for the longest lag, then 1; the only start is the first step."""
    chunk = task.sample(0, 2, 20)
    np.testing.assert_array_equal(chunk.weights, np.tile(np.arange(20) >= max(task.lags), (2, 1)))
    np.testing.assert_array_equal(chunk.starts, np.tile(np.arange(20) == 0, (2, 1)))
    assert task.depth == max(task.lags) + 1


@pytest.mark.parametrize("task", TASKS, ids=named)
def test_yardsticks_are_what_simulated_predictors_reach(task):
    """Averages over the inputs seen lose, on 200 000 steps, what was computed, within five standard errors."""
    chunk = task.sample(11, 200, 1000 + max(task.lags))
    x, y = chunk.inputs[:, :, 0], chunk.targets[:, :, 0]
    longest, yardsticks = max(task.lags), task.yardsticks()
    for lags, expected in [((), yardsticks.chance), ((0,), yardsticks.memoryless), (task.lags, yardsticks.optimum)]:
        code = np.zeros((200, 1000), np.int64)
        for lag in lags:
            code = code * 10 + x[:, longest - lag : longest - lag + 1000].astype(np.int64)
        losses = simulated_losses(task.kind, code.ravel(), y[:, longest:].ravel())
        assert losses.mean() == pytest.approx(expected, abs=5 * losses.std() / np.sqrt(losses.size) + 1e-4)


def simulated_losses(kind, groups, y):
    losses = np.empty(y.size)
    for group in np.unique(groups):
        of_group = y[groups == group]
        if kind == "real":
            losses[groups == group] = (of_group - of_group.mean()) ** 2
        else:
            _, where, counts = np.unique(of_group, return_inverse=True, return_counts=True)
            losses[groups == group] = -np.log(counts / of_group.size)[where]
    return losses


def test_a_users_binary_task():
    """Whether two bits are the same: one logit, ln 2 by chance, nothing with both seen."""
    assert Same().shapes == Shapes(1, 1, "binary")
    assert Same().knowing((1,)) == pytest.approx(log(2))
    assert Same().yardsticks().optimum == 0.0


def test_a_users_class_task():
    """The sum of two of three symbols has five classes, integers in and out, and ln 3 left when one is seen."""
    assert Sum().shapes == Shapes(3, 5, "class", symbols=True)
    assert Sum().knowing((2,)) == pytest.approx(log(3))
    chunk = Sum().sample(0, 1, 4)
    assert (chunk.inputs.dtype, chunk.targets.dtype) == (np.int32, np.int32)


def test_symbols_are_equally_likely():
    """Four symbols, 40 000 drawn: chi-squared with three degrees of freedom below its 0.999 quantile."""
    counts = np.bincount(Delay(symbols=4).sample(0, 40, 1000).inputs.ravel())
    assert ((counts - 10_000) ** 2 / 10_000).sum() < 16.3


def test_the_test_data_has_100_000_counted_steps_and_is_not_the_training_data():
    """Every lane counts enough steps in spite of its lag, and its seed is another than the run's."""
    chunk = Delay(5).test(seed=0)
    assert chunk.lanes == 64
    assert chunk.weights.sum() >= 100_000
    assert (chunk.inputs != Delay(5).sample(0, chunk.lanes, chunk.steps).inputs).any()


LAGS_HINT = "Set one or more integers, such as (2,) or (1, 2); 0 is the present input."


def test_a_lag_in_the_future_is_refused():
    """A negative lag is no lag."""
    with pytest.raises(UsageError, match=r"(?m)^The lags \[3, -1\] are not lags\.$") as caught:
        Echo(lags=(3, -1))
    assert caught.value.hint == LAGS_HINT


def test_no_lag_is_refused():
    """A law of nothing is a constant."""
    with pytest.raises(UsageError, match=r"(?m)^The lags \[\] are not lags\.$"):
        Echo(lags=(), weights=())


class Plain(AbstractLagTask):
    """A class as short as the README's, no dataclass."""

    lags, kind = (2,), "real"

    def law(self, x):
        return x[2]


ELEMENTWISE = "Write the law for arrays, elementwise: numpy.where(x[2], 1, 0) instead of 1 if x[2] else 0."
RAISES = "Correct the law. Set SEQTASKS_DEBUG=1 to see the traceback."
AMBIGUOUS = "The truth value of an array with more than one element is ambiguous. Use a.any() or a.all()"
WRONG = {
    "a lag to come": ({"lags": (-1,)}, "The lags [-1] are not lags.", LAGS_HINT),
    "a number": ({"lags": 2}, "The lags 2 are not lags.", LAGS_HINT),
    "half a step": ({"lags": (0.5,)}, "The lags [0.5] are not lags.", LAGS_HINT),
    "no kind": ({"kind": "reals"}, "'reals' is not a kind.", "Use one of: real, binary, class."),
    "no probability": (
        {"kind": "binary", "law": lambda _, x: 3 * x[2]},
        "The probability that y is one ranges from 0 to 3.",
        "Choose the law or its weights so that it stays between 0 and 1.",
    ),
    "a negative class": (
        {"kind": "class", "law": lambda _, x: x[2] - 1},
        "The law returns the class -1.",
        "Return the integers 0, 1, 2, ... as classes.",
    ),
    "half a class": (
        {"kind": "class", "law": lambda _, x: x[2] / 2},
        "The law returns the class 0.5.",
        "Return the integers 0, 1, 2, ... as classes.",
    ),
    "no number": (
        {"law": lambda _, x: np.where(x[2], np.nan, 0)},
        "The law returns nan in some cases.",
        "Make every target a finite number.",
    ),
    "another lag": (
        {"law": lambda _, x: x[5]},
        "The law asks for lag 5, and lags are (2,).",
        "Add 5 to lags.",
    ),
    "one case at a time": (
        {"law": lambda _, x: 1 if x[2] else 0},
        f"The law fails on arrays: {AMBIGUOUS}.",
        ELEMENTWISE,
    ),
    "a slip": (
        {"law": lambda _, x: x[2].y},
        f"The law raises AttributeError: 'numpy.ndarray' object has no attribute 'y' in {__file__}, line {{line}}.",
        RAISES,
    ),
    "a division": (
        {"law": lambda _, x: x[2] * (1 // 0)},
        f"The law raises ZeroDivisionError: integer division or modulo by zero in {__file__}, line {{line}}.",
        RAISES,
    ),
    "one for all": (
        {"law": lambda _, x: 0.5},
        "The law returns an array of shape () for inputs of shape (2,).",
        ELEMENTWISE,
    ),
}


def at_its_line(message, settings):
    """With the line of the law in it, where it names one."""
    return message.replace("{line}", str(settings["law"].__code__.co_firstlineno)) if "law" in settings else message


@pytest.mark.parametrize("how", ["plain class", "dataclass"])
@pytest.mark.parametrize("wrong", WRONG)
def test_what_no_task_can_be_is_refused_as_soon_as_it_is_made(wrong, how):
    """Whether the class is a dataclass or not."""
    settings, message, hint = WRONG[wrong]
    made = type("Wrong", (Plain,), dict(settings))
    with pytest.raises(UsageError) as caught:
        (made if how == "plain class" else dataclass(frozen=True)(made))()
    assert (caught.value.message, caught.value.hint) == (at_its_line(message, settings), hint)


@pytest.mark.parametrize(
    "ask",
    [lambda task: task.shapes, lambda task: task.yardsticks(), lambda task: task.sample(0, 1, 8)],
    ids=["shapes", "yardsticks", "sample"],
)
@pytest.mark.parametrize("wrong", WRONG)
def test_a_constructor_that_checks_nothing_is_made_up_for(wrong, ask):
    """A class with a constructor of its own is refused as soon as it is used."""
    settings, message, hint = WRONG[wrong]
    task = type("Wrong", (Plain,), {"__init__": lambda self: None, **settings})()
    with pytest.raises(UsageError) as caught:
        ask(task)
    assert (caught.value.message, caught.value.hint) == (at_its_line(message, settings), hint)


def test_the_law_is_checked_once():
    """Not at every chunk: once in every case, then once for each chunk."""
    shapes = []

    class Counted(Plain):
        def law(self, x):
            shapes.append(x[2].shape)
            return x[2]

    stream = Counted().stream(0, 3)
    for _ in range(4):
        stream.take(5)
    assert shapes == [(2,), *[(3, 5)] * 4]
