"""Forecasts that need no network, and the period of a series."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqtasks.tables.panel import Panel
from seqtasks.tasks.table_reference import candidates, chosen, period_of, references, relative

# Thousands of passengers a month, 1949 to 1952: Box & Jenkins (1976), series G
AIRLINE = np.loadtxt(
    [
        "112 118 132 129 121 135 148 148 136 119 104 118 115 126 141 135 125 149 170 170 158 133 114 140",
        "145 150 178 163 172 178 199 199 184 162 146 166 171 180 193 181 183 218 230 242 209 191 172 194",
    ]
).ravel()


ALL, SINGLE = np.ones(240, np.bool_), Panel.single(240)


def found_period(values):
    return period_of(values, np.ones(len(values), np.bool_), Panel.single(len(values)))


def test_a_known_series_has_its_period():
    """Passengers of an airline repeat after 12 months, whatever the trend."""
    assert found_period(AIRLINE) == 12


@given(st.integers(4, 30), st.floats(-5, 5), st.integers(0, 2**32 - 1))
def test_a_repeated_pattern_and_a_trend_have_the_patterns_period(period, slope, seed):
    """Found unless the pattern itself repeats within a period."""
    pattern = np.random.default_rng(seed).normal(size=period)
    found = found_period(np.tile(pattern, 8) + slope * np.arange(8 * period))
    assert found == period or (found is not None and period % found == 0)


@pytest.mark.parametrize("seed", range(10))
def test_noise_and_a_random_walk_have_none(seed):
    """Nothing repeats in them."""
    noise = np.random.default_rng(seed).normal(size=1000)
    assert found_period(noise) is None
    assert found_period(np.cumsum(noise)) is None


@pytest.mark.parametrize("values", [[], [1.0], [1.0, 2.0], [3.0] * 100, list(range(100))])
def test_short_constant_and_straight_series_have_none(values):
    """Without a warning, too."""
    assert found_period(np.array(values, float)) is None


def test_errors_are_those_of_the_known_values():
    """Three rows ahead: the mean, the value three rows earlier, and that of two seasons of two rows."""
    y = np.array([1.0, 2.0, 4.0, 8.0, 16.0, 32.0])
    mean, last, seasonal = references(ahead=3, period=2)
    assert mean.errors(y, 5.0, Panel.single(6))[3:].tolist() == [3, 11, 27]
    assert last.errors(y, 5.0, Panel.single(6))[3:].tolist() == [8 - 1, 16 - 2, 32 - 4]
    assert seasonal.errors(y, 5.0, Panel.single(6))[3:].tolist() == [8 - 1, 16 - 1, 32 - 2]
    assert (mean.back, last.back, seasonal.back) == (None, 0, 1)


def test_the_best_in_the_training_part_is_chosen():
    """A season, a walk and noise each have their own."""
    rng = np.random.default_rng(0)
    season = np.tile(rng.normal(size=12), 20) + rng.normal(0, 0.1, 240)
    each = {
        "seasonal persistence": season,
        "persistence": np.cumsum(rng.normal(size=240)),
        "mean": rng.normal(size=240),
    }
    for name, values in each.items():
        assert chosen("auto", references(1, 12), values, ALL, SINGLE).name == name
    assert chosen("last", references(1, 12), season, ALL, SINGLE).name == "persistence"
    assert chosen("seasonal", references(1, None), season, ALL, SINGLE).name == "persistence"


def test_errors_of_the_seasonal_change_are_the_series_differenced_twice():
    """By the horizon and by the season: Box and Jenkins's differences of the airline series."""
    change = candidates(ahead=1, period=12)[-1]
    differenced = np.diff(AIRLINE[12:] - AIRLINE[:-12])
    np.testing.assert_array_equal(change.errors(AIRLINE, 0.0, Panel.single(48))[13:], differenced)
    assert differenced[:2].tolist() == [5, 1]  # 126 - 118 - (115 - 112), 141 - 132 - (126 - 118)
    two_seasons = candidates(ahead=13, period=12)[-1]
    y = AIRLINE
    found = two_seasons.errors(y, 0.0, Panel.single(48))[40]
    assert found == y[40] - (y[40 - 24] + y[40 - 13] - y[40 - 13 - 24])


def test_errors_of_the_seasonal_change_stay_within_a_group():
    """Each group has those of its own rows."""
    y, change = AIRLINE, candidates(ahead=1, period=6)[-1]
    both = change.errors(y, 0.0, Panel("g", ("a", "b"), np.array([20, 48])))
    apart = [change.errors(part, 0.0, Panel.single(len(part))) for part in (y[:20], y[20:])]
    np.testing.assert_array_equal(both, np.concatenate(apart))


def test_the_seasonal_change_is_chosen_where_it_is_much_better():
    """A season on a random walk has it; noise on a season would be doubled, and a few rows show nothing."""
    rng = np.random.default_rng(1)
    season = np.tile(3 * rng.normal(size=12), 20)
    walk, noise = np.cumsum(rng.normal(size=240)), rng.normal(size=240)
    names = {
        name: chosen("auto", candidates(1, 12), values, ALL, SINGLE).name
        for name, values in {"walk": season + walk, "noise": season + noise, "no season": walk}.items()
    }
    assert names == {
        "walk": "persistence of the seasonal change",
        "noise": "seasonal persistence",
        "no season": "persistence",
    }
    long, of_long = np.tile(3 * rng.normal(size=12), 26) + np.cumsum(rng.normal(size=312)), np.ones(312, np.bool_)
    assert not chosen("auto", candidates(1, 12), long, of_long, Panel.single(312)).change
    assert chosen("auto", candidates(1, 12), long[:300], of_long[:300], Panel.single(300)).change  # 25 seasons
    few = slice(0, 24)  # 11 rows have a value 13 rows before: less than a season
    assert not chosen("auto", candidates(1, 12), (season + walk)[few], ALL[few], Panel.single(24)).change
    assert chosen("seasonal-change", candidates(1, 12), noise, ALL, SINGLE).change
    assert chosen("seasonal-change", candidates(1, None), noise, ALL, SINGLE).name == "persistence"


def test_a_period_shows_in_many_short_groups_together():
    """None of them is long enough alone, and a group that follows another is not its continuation."""
    rng = np.random.default_rng(0)
    groups = [np.tile(rng.normal(size=5), 3)[start : start + 14] for start in rng.integers(0, 2, 40)]
    values, stops = np.concatenate(groups), np.cumsum([len(group) for group in groups])
    panel = Panel("g", tuple(map(str, range(40))), stops)
    known = np.ones(len(values), np.bool_)
    assert found_period(groups[0]) is None
    assert period_of(relative(values, known, panel), known, panel) is None  # 13 changes show periods of up to 4 rows
    longer = [np.tile(rng.normal(size=5), 4) + rng.normal(0, 0.3, 20) for _ in range(40)]
    values, panel = np.concatenate(longer), Panel("g", panel.labels, 20 * np.arange(1, 41))
    known = np.ones(len(values), np.bool_)
    assert period_of(relative(values, known, panel), known, panel) == 5


def test_groups_count_alike_whatever_their_size():
    """A large group without a season does not hide that of small ones."""
    rng = np.random.default_rng(0)
    groups = [np.tile(rng.normal(size=8), 10) for _ in range(5)] + [1e6 * np.cumsum(rng.normal(size=80))]
    values, panel = np.concatenate(groups), Panel("g", tuple("abcdef"), 80 * np.arange(1, 7))
    known = np.ones(480, np.bool_)
    assert period_of(values, known, panel) is None
    alike = relative(values, known, panel)
    assert period_of(alike, known, panel) == 8
    assert chosen("auto", references(1, 8), alike, known, panel).name == "seasonal persistence"
