"""Rules that should differ do, on every step's own gradient, and a window as long as the past is exact."""

from itertools import combinations

import pytest
from support.frozen import apart, by_parts, by_rule, by_time, drawn, sequence

from seqtasks.keras.credit.traces import TraceCredit
from seqtasks.trainers.kf_rtrl import KroneckerCredit
from seqtasks.trainers.online import WindowCredit
from seqtasks.trainers.rtrl import exact_credit
from seqtasks.trainers.snap import SparseCredit
from seqtasks.trainers.uoro import RankOneCredit

pytestmark = pytest.mark.tensorflow

CHUNK = sequence(20)
RULES = {
    "window 1": WindowCredit(1),
    "window 3": WindowCredit(3),
    "rflo": TraceCredit(whole=False),
    "snap": TraceCredit(whole=True, masked=True),
    "rtrl": exact_credit,
    "uoro": RankOneCredit(),
    "kf-rtrl": KroneckerCredit(),
}


@pytest.mark.parametrize(
    ("name", "rules"),
    [
        ("leaky-rnn:units=3", list(RULES)),
        ("gru:units=3", [name for name in RULES if name != "kf-rtrl"]),
        ("lru:units=3", ["window 1", "window 3", "snap", "rtrl", "uoro"]),
    ],
)
def test_each_two_rules_differ(name, rules):
    """At each step from the fifth on by more than a thousandth, where what should agree does to 1e-10."""
    network = drawn(name)
    got = {rule: by_rule(network, RULES[rule], CHUNK) for rule in rules}
    near = {pair: apart(got[pair[0]], got[pair[1]])[5:].min() for pair in combinations(rules, 2)}
    assert {pair: share for pair, share in near.items() if share < 1e-3} == {}


@pytest.mark.parametrize("window", [8, 20])
def test_a_window_as_long_as_the_past_is_exact(window):
    """As far as it reaches it is backpropagation through the whole past; a step further it is not."""
    network = drawn("gru:units=3")
    far = apart(by_rule(network, WindowCredit(window), CHUNK), by_time(network, CHUNK))
    assert far[:window].max() < 1e-10
    assert (far[window:] > 1e-6).all()


@pytest.mark.parametrize(
    ("name", "credit"),
    [
        ("lstm:units=2", RULES["window 3"]),
        ("lstm:units=2", RULES["rflo"]),
        ("gru:units=2,layers=2", RULES["snap"]),
        ("lstm:units=2", SparseCredit(2)),
    ],
    ids=["window 3", "rflo", "snap", "snap:n=2"],
)
def test_lanes_and_episodes_are_apart(name, credit):
    """Lanes that count more, less and not at all, and starts in the middle: the mean over each one's own episodes."""
    weights = [[1.0], [0.0], [2.5]]
    chunk = sequence(20, lanes=3, starts=[(0, 7), (0, 8), (2, 15)], weights=weights)
    network = drawn(name)
    wanted = by_parts(chunk, lambda episode: by_rule(network, credit, episode))
    assert apart(by_rule(network, credit, chunk), wanted).max() < 1e-10
