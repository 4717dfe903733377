"""Rules that should differ do, on every step's own gradient, and a window as long as the past is exact."""

from itertools import combinations

import pytest
from support.frozen import apart, by_parts, by_rule, by_time, drawn, sequence

from seqtasks.keras.credit.eligibility_traces import EligibilityTraces
from seqtasks.keras.credit.kf_rtrl import KFRTRLCredit
from seqtasks.keras.credit.rtrl import exact_credit
from seqtasks.keras.credit.snap import SnApCredit
from seqtasks.keras.credit.truncated_bptt import TruncatedBPTTCredit
from seqtasks.keras.credit.uoro import UOROCredit

pytestmark = pytest.mark.tensorflow

CHUNK = sequence(20)
RULES = {
    "window 1": TruncatedBPTTCredit(1),
    "window 3": TruncatedBPTTCredit(3),
    "rflo": EligibilityTraces(whole=False),
    "snap": EligibilityTraces(whole=True, masked=True),
    "rtrl": exact_credit,
    "uoro": UOROCredit(),
    "kf-rtrl": KFRTRLCredit(),
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
    far = apart(by_rule(network, TruncatedBPTTCredit(window), CHUNK), by_time(network, CHUNK))
    assert far[:window].max() < 1e-10
    assert (far[window:] > 1e-6).all()


@pytest.mark.parametrize(
    ("name", "credit"),
    [
        ("lstm:units=2", RULES["window 3"]),
        ("lstm:units=2", RULES["rflo"]),
        ("gru:units=2,layers=2", RULES["snap"]),
        ("lstm:units=2", SnApCredit(2)),
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
