"""Yardsticks against published numbers, and against predictors fitted to one stream and judged on another."""

import itertools
import math
from collections import Counter, defaultdict

import numpy as np
import pytest
from seqtasks_classic_tasks.adding import Adding
from seqtasks_classic_tasks.associative_recall import AssociativeRecall
from seqtasks_classic_tasks.copy_memory import CopyMemory
from seqtasks_classic_tasks.delayed_match import DelayedMatch
from seqtasks_classic_tasks.distinct import distinct
from seqtasks_classic_tasks.dyck import Dyck
from seqtasks_classic_tasks.embedded_reber import EmbeddedReber
from seqtasks_classic_tasks.flip_flop import FlipFlop
from seqtasks_classic_tasks.mackey_glass import MackeyGlass
from seqtasks_classic_tasks.majority import Majority
from seqtasks_classic_tasks.modular_arithmetic import ModularArithmetic
from seqtasks_classic_tasks.multiplication import Multiplication
from seqtasks_classic_tasks.n_back import NBack
from seqtasks_classic_tasks.narma10 import Narma10
from seqtasks_classic_tasks.parity import Parity
from seqtasks_classic_tasks.reber import Reber
from seqtasks_classic_tasks.selective_copy import SelectiveCopy
from seqtasks_classic_tasks.sequential_digits import SequentialDigits
from seqtasks_classic_tasks.temporal_order import TemporalOrder

LANES, SIGMAS = 64, 4.0


@pytest.mark.parametrize(
    ("found", "published"),
    [
        *((CopyMemory(delay=t).knowing_when(), v) for t, v in [(10, 0.6931), (100, 0.1733), (500, 0.0400)]),
        (CopyMemory(recall_only=True).yardsticks().chance, math.log(8)),
        (CopyMemory(recall_only=True).knowing_when(), math.log(8)),
        (SelectiveCopy().yardsticks().chance, 2.6391),
        (Adding().yardsticks().chance, 1 / 6),
        (Multiplication().yardsticks().chance, 7 / 144),
        (TemporalOrder(marks=2).yardsticks().chance, math.log(4)),
        (TemporalOrder(marks=3).yardsticks().chance, math.log(8)),
        (Parity().yardsticks().memoryless, math.log(2)),
        (Majority(length=3).yardsticks().memoryless, -0.75 * math.log(0.75) - 0.25 * math.log(0.25)),
        (ModularArithmetic(operations=200).yardsticks().chance, math.log(5)),
        (NBack(symbols=4).yardsticks().chance, 0.5623),
        (NBack(symbols=8).yardsticks().memoryless, 0.3768),
        (AssociativeRecall(vocabulary=8192).yardsticks().chance, 8.3178),
        (Reber().yardsticks().optimum, 0.59413),
        (Reber().yardsticks().optimum, 6 / 7 * math.log(2)),
        (EmbeddedReber().yardsticks().optimum, 0.44109),
        (EmbeddedReber().forgetting(), 0.50411),
        (DelayedMatch(noise=0.0).yardsticks().optimum, 0.0),
        (Narma10().yardsticks().chance, 0.0119),
    ],
)
def test_published(found, published):
    """Numbers of the literature, and closed forms."""
    assert found == pytest.approx(published, abs=6e-5 if published < 0.0115 or published > 0.0125 else 3e-4)


def steps(task, seed, count):
    """A chunk of whole episodes, where there are any."""
    length = getattr(task, "length", 1)
    return task.stream(seed, LANES).take(max(1, count // (LANES * length)) * length)


def judged(task, seen, count=300_000):
    """The loss of the best predictor that sees a mark per step, fitted to one stream, and an interval around it.

    ``seen`` takes inputs (B, T, I) to integers (B, T).
    """
    kind = task.shapes.kind
    fit, judge = steps(task, 1, count), steps(task, 2, count)
    marks = [seen(chunk)[chunk.weights > 0] for chunk in (fit, judge)]
    size = int(max(m.max() for m in marks)) + 1
    fitted, wanted = (chunk.targets[chunk.weights > 0] for chunk in (fit, judge))
    counts = np.bincount(marks[0], minlength=size)
    if kind == "real":
        sums = np.stack([np.bincount(marks[0], column, minlength=size) for column in fitted.T.astype(float)], axis=1)
        losses = np.square(wanted - (sums / np.maximum(counts, 1)[:, None])[marks[1]]).mean(axis=1)
        parameters, spread = (counts > 0).sum(), fitted.astype(float).var()
    else:
        classes = max(2, task.shapes.outputs)
        table = np.zeros((size, classes))
        np.add.at(table, (marks[0], fitted[:, 0].astype(int)), 1)
        parameters, spread = (table > 0).sum(), 0.5
        table = (table + 1e-9) / (table + 1e-9).sum(axis=1, keepdims=True)
        losses = -np.log(table[marks[1], wanted[:, 0].astype(int)])
    lanes = np.nonzero(judge.weights > 0)[0]
    sums, counted = np.bincount(lanes, losses, minlength=LANES), np.bincount(lanes, minlength=LANES)
    loss = sums.sum() / counted.sum()
    error = np.std(sums - loss * counted, ddof=1) * math.sqrt(LANES) / counted.sum()
    return loss, SIGMAS * error + spread * 2 * parameters / len(fitted) + 1e-12


def nothing(chunk):
    return np.zeros(chunk.weights.shape, int)


def present(chunk):
    """The present input, each different one another mark."""
    flat = chunk.inputs.reshape(-1, chunk.inputs.shape[-1])
    return np.unique(flat @ (5.0 ** np.arange(flat.shape[1])), return_inverse=True)[1].reshape(chunk.weights.shape)


def last_stimulus_gone(chunk):
    """The present input where that is never noise: the decision steps."""
    assert not chunk.inputs[chunk.weights > 0].any()
    return nothing(chunk)


def value_if_marked(chunk):
    return (chunk.inputs[..., 1] * (1 + np.floor(chunk.inputs[..., 0] * 50))).astype(int)


def in_bins(low, high, bins):
    return lambda chunk: np.clip((chunk.inputs[..., 0] - low) / (high - low) * bins, 0, bins - 1).astype(int)


SEEN = [
    (Adding(length=4), value_if_marked),
    (Adding(length=7), value_if_marked),
    (AssociativeRecall(vocabulary=16, pairs=3, length=20), present),
    (CopyMemory(delay=5, pattern=3, symbols=4), present),
    (CopyMemory(delay=5, pattern=3, symbols=4, recall_only=True), present),
    (DelayedMatch(), last_stimulus_gone),
    (Dyck(), present),
    (Dyck(types=1, length=6, nesting=2), present),
    (EmbeddedReber(), present),
    (FlipFlop(bits=2, p=0.3), present),
    (MackeyGlass(), in_bins(0.2, 1.4, 400)),
    (Majority(length=5), present),
    (ModularArithmetic(modulus=3, operations=2), present),
    (ModularArithmetic(modulus=4, operations=3), present),
    (Multiplication(length=4), value_if_marked),
    (NBack(n=2, symbols=4), present),
    (Narma10(), in_bins(0, 0.5, 100)),
    (Parity(length=4), present),
    (Reber(), present),
    (SelectiveCopy(length=12, tokens=3, symbols=5), present),
    (TemporalOrder(length=20), present),
    (TemporalOrder(marks=3, length=30), present),
]


@pytest.mark.parametrize(("task", "seen"), SEEN, ids=lambda part: type(part).__name__)
def test_chance_and_memoryless(task, seen):
    """The best constant, and the best function of the present input, lose what is declared."""
    sticks = task.yardsticks()
    measured = 0.02 * sticks.chance if isinstance(task, Narma10 | MackeyGlass) else 0.0  # so are these, by themselves
    for declared, mark in ((sticks.chance, nothing), (sticks.memoryless, seen)):
        loss, interval = judged(task, mark)
        assert declared == pytest.approx(loss, abs=interval + measured), (declared, loss, interval)
        assert interval + measured < 0.08 * loss
    assert sticks.chance >= sticks.memoryless >= sticks.optimum


def last_letters(chunk):
    x = chunk.inputs[..., 0]
    before = np.pad(x, ((0, 0), (1, 0)), constant_values=6)[:, :-1]
    return before * 7 + x


def place_in_word(remembers):
    """The last two letters, the letters E so far, and the second letter, if that is remembered."""

    def seen(chunk):
        marks = last_letters(chunk)
        for b, (letters, starts) in enumerate(zip(chunk.inputs[..., 0].tolist(), chunk.starts.tolist(), strict=True)):
            since, second, ends = 0, 0, 0
            for t, letter in enumerate(letters):
                since = 0 if starts[t] else since + 1
                second = 0 if since == 0 else letter if since == 1 else second
                ends = 0 if since == 0 else ends + (letter == 6)
                marks[b, t] += 49 * (min(since, 3) + 4 * ends) + 49 * 12 * second * (remembers or since == 1)
        return marks

    return seen


def test_reber_s_last_two_letters_tell_all():
    """A predictor that sees two letters reaches the optimum, and one letter does not: depth 2."""
    loss, interval = judged(Reber(), last_letters)
    assert Reber().yardsticks().optimum == pytest.approx(loss, abs=interval)
    assert Reber().yardsticks().memoryless > loss + 10 * interval
    assert Reber().depth == 2


@pytest.mark.parametrize("remembers", [True, False])
def test_embedded_reber_with_and_without_the_second_letter(remembers):
    """Who knows the place and the second letter reaches the optimum; who forgets the letter, log 2 in eleven more."""
    loss, interval = judged(EmbeddedReber(), place_in_word(remembers))
    declared = EmbeddedReber().yardsticks().optimum if remembers else EmbeddedReber().forgetting()
    assert declared == pytest.approx(loss, abs=interval)
    assert interval < 0.02


def words(types, length, nesting):
    """All of them, by trying every string of brackets."""
    for word in itertools.product(range(2 * types), repeat=length):
        stack = []
        for b in word:
            if b < types:
                stack.append(b)
            elif not stack or stack.pop() != b - types:
                break
            if len(stack) > nesting:
                break
        else:
            if not stack:
                yield word


@pytest.mark.parametrize(("types", "length", "nesting"), [(1, 8, 2), (1, 10, 5), (2, 6, 2), (2, 6, 3), (3, 4, 2)])
def test_dyck_against_every_word(types, length, nesting):
    """Yardsticks and words themselves, by enumeration."""
    task, all_words = Dyck(types, length, nesting), list(words(types, length, nesting))
    joint = {}
    for word in all_words:
        for seen, following in itertools.pairwise(["start", *word]):
            joint.setdefault(seen, []).append(following)
    losses = [
        -row.count(y) / len(row) * math.log(row.count(y) / len(row)) * len(row)
        for row in joint.values()
        for y in set(row)
    ]
    sticks = task.yardsticks()
    assert sticks.optimum == pytest.approx(math.log(len(all_words)) / length)
    assert sticks.memoryless == pytest.approx(sum(losses) / (length * len(all_words)))
    assert sticks.chance == pytest.approx(math.log(2 * types))
    drawn = task.sample(0, 200 * len(all_words), length).targets[..., 0]
    found, counts = np.unique(drawn, axis=0, return_counts=True)
    assert list(map(tuple, found.tolist())) == sorted(all_words)
    assert np.abs(counts - 200).max() < 5.5 * math.sqrt(200)


@pytest.mark.parametrize(
    ("types", "length", "nesting"),
    [
        *((1, 4, 2), (1, 6, 2), (1, 6, 3), (1, 8, 4), (1, 12, 2), (1, 12, 6)),
        *((2, 2, 1), (2, 4, 1), (2, 4, 2), (2, 6, 2), (2, 8, 1), (2, 8, 2)),
        *((3, 2, 5), (3, 4, 2), (5, 4, 2)),
    ],
)
def test_dyck_s_depth_against_every_word(types, length, nesting):
    """The least number of inputs from which the next bracket is as uncertain as from all."""
    task = Dyck(types, length, nesting)
    all_words = list(words(types, length, nesting))

    def knowing(inputs):
        following = defaultdict(Counter)
        for word in all_words:
            seen = ("start", *word)
            for t, bracket in enumerate(word):
                following[seen[max(0, t - inputs + 1) : t + 1]][bracket] += 1
        lost = [n * math.log(row.total() / n) for row in following.values() for n in row.values()]
        return sum(lost) / (length * len(all_words))

    optimum = task.yardsticks().optimum
    assert knowing(task.depth) == pytest.approx(optimum, abs=1e-12)
    assert task.depth == 1 or knowing(task.depth - 1) > optimum + 1e-3


def test_dyck_by_a_stack():
    """A predictor that sees the step, the depth and the open bracket reaches the optimum."""

    def seen(chunk):
        marks = np.zeros(chunk.weights.shape, int)
        for b, symbols in enumerate(chunk.inputs[..., 0].tolist()):
            stack = []
            for t, s in enumerate(symbols):
                if s == 4:
                    stack = []
                elif s < 2:
                    stack.append(s)
                else:
                    stack.pop()
                marks[b, t] = (t % 20) * 20 + 2 * len(stack) + (stack[-1] if stack else 0)
        return marks

    loss, interval = judged(Dyck(), seen)
    assert Dyck().yardsticks().optimum == pytest.approx(loss, abs=interval)
    assert interval < 0.02


@pytest.mark.parametrize(("noise", "first", "second"), [(1.0, 5, 5), (3.0, 5, 5), (0.7, 1, 3)])
def test_delayed_match_by_bayes(noise, first, second):
    """The posterior that the stimuli are the same loses the optimum that the integral gives."""
    task = DelayedMatch(noise=noise, first=first, second=second)
    chunk = steps(task, 3, 64 * task.length * 300)
    x = chunk.inputs.reshape(-1, task.length, 3).astype(float)
    y = chunk.targets.reshape(-1, task.length)[:, -1]
    again = 3 + first + 10
    odds = [(x[:, a:b, 1] - x[:, a:b, 2]).sum(axis=1) / noise**2 for a, b in [(3, 3 + first), (again, again + second)]]
    one, other = (1 / (1 + np.exp(-o)) for o in odds)
    match = one * other + (1 - one) * (1 - other)
    losses = -np.log(np.where(y == 1, match, 1 - match))
    error = losses.std() / math.sqrt(len(losses))
    assert task.yardsticks().optimum == pytest.approx(losses.mean(), abs=SIGMAS * error)
    assert error < 0.02 * losses.mean()


def test_narma_s_best_linear_predictor():
    """Fitted to the last ten inputs it is left with an NRMSE of 0.58, as is known."""
    chunk = Narma10().stream(4, 1).take(60_000)
    x, y = chunk.inputs[0, :, 0].astype(float), chunk.targets[0, :, 0].astype(float)
    taps = np.stack([np.ones(59_950)] + [x[50 - lag : 60_000 - lag] for lag in range(10)], axis=1)
    rest = y[50:] - taps @ np.linalg.lstsq(taps, y[50:], rcond=None)[0]
    assert math.sqrt(rest.var() / Narma10().yardsticks().chance) == pytest.approx(0.579, abs=0.02)


def test_digits_are_judged_on_images_that_are_never_fed():
    """No test image is among those of many streams; chance is the entropy of the test's own digits."""
    task = SequentialDigits()
    test = task.test(seed=1)
    fed = {image.tobytes() for seed in (0, 1) for image in task.stream(seed, 1000).take(80).inputs.reshape(-1, 64)}
    held = {image.tobytes() for image in test.inputs.reshape(-1, 64)}
    assert (len(fed), len(held)) == (1438, 359)
    assert not fed & held
    digits = test.targets[test.weights > 0]
    shares = np.unique(digits, return_counts=True)[1] / 359
    assert task.yardsticks().chance == pytest.approx(-(shares * np.log(shares)).sum())
    assert test.weights.sum() == 359


def test_queries_come_in_the_source_s_places():
    """The first of the places is taken with the probability of drawing by power law, without replacement."""
    task = AssociativeRecall(vocabulary=16, pairs=1, length=12)
    asked = task.sample(0, 20_000, 12).weights[:, 2::2].mean(axis=0)
    shares = np.arange(1.0, 6) ** (0.01 - 1)
    assert asked == pytest.approx(shares / shares.sum(), abs=4 * 0.5 / math.sqrt(20_000))


def test_every_ordered_choice_is_equally_likely():
    """Of four, two at a time: twelve ways."""
    drawn = distinct(np.random.default_rng(0).random((24_000, 4)), 2)
    counts = np.unique(drawn, axis=0, return_counts=True)[1]
    assert len(counts) == 12
    assert np.abs(counts - 2000).max() < 4.5 * math.sqrt(2000)
