"""Memory horizons and their verdicts."""

from support.made_up_runs import solving

from seqtasks.comparison.configuration import names
from seqtasks.comparison.lags import Lagged, memories

TASKS = {f"delay:lag={lag}": Lagged("delay", lag) for lag in (1, 2, 4, 8, 16, 32)}


def found(of=20, **solved):
    made = [
        solving(model, f"delay:lag={lag}", k, of=of) for model, by_lag in solved.items() for lag, k in by_lag.items()
    ]
    return memories(made, TASKS, names(each.method for each in made))


def test_one_remembers_further():
    """The methods are compared at the horizon of the first."""
    rows = found(gru={4: 20, 8: 20, 16: 0}, lru={4: 20, 8: 20, 16: 19, 32: 1})
    assert [(row.method.model, row.horizon.lag) for row in rows] == [("lru", 16), ("gru", 8)]
    expected = "lru remembers further than gru: 19 of 20 against 0 of 20 seeds at lag 16."
    assert [row.verdict for row in rows] == [expected] * 2


def test_a_lag_of_zero():
    """Remembering nothing but the present, lag 0, is more than not solving even that."""
    tasks = {"delay:lag=0": Lagged("delay", 0), "delay": Lagged("delay", 1)}
    solved = {"gru": (20, 0), "rnn": (0, 0)}
    made = [solving(model, task, k) for model, ks in solved.items() for task, k in zip(tasks, ks, strict=True)]
    rows = memories(made, tasks, names(each.method for each in made))
    assert [(row.method.model, row.horizon.lag) for row in rows] == [("gru", 0), ("rnn", None)]
    assert rows[1].verdict == "gru remembers further than rnn: 20 of 20 against 0 of 20 seeds at lag 0."


def test_where_the_other_stopped_climbing():
    """If the second was not run at that lag, they are compared at the largest that both ran."""
    rows = found(gru={4: 20, 8: 0}, lru={4: 20, 8: 20, 16: 19})
    assert rows[0].verdict == "lru remembers further than gru: 20 of 20 against 0 of 20 seeds at lag 8."


def test_a_difference_too_small():
    """19 and 17 of 20 have other horizons, and are not distinguishable: q = d = 0.1 need 76.1 by Connor's formula."""
    rows = found(gru={4: 20, 8: 17}, lru={4: 20, 8: 19})
    assert (rows[0].horizon.lag, rows[1].horizon.lag) == (8, 4)
    assert rows[1].verdict == "lru and gru are not distinguishable at 20 seeds at lag 8; 77 would be needed."


def test_equal_horizons():
    """They are compared at the next lag."""
    rows = found(gru={4: 20, 8: 0}, lru={4: 20, 8: 10})
    assert rows[0].verdict == "lru solves lag 8 more often than gru: 10 of 20 against 0 of 20 seeds."
    same = found(gru={4: 20, 8: 0}, lru={4: 20, 8: 0})
    assert same[0].verdict == "gru and lru are not distinguishable: each solves 0 of 20 seeds at lag 8."


def test_all_pairs_are_corrected():
    """7 of 7 against 0 of 7 is p = 0.0156: certain as one of three tests, and not as one of the six of four methods."""
    rows = found(of=7, a={4: 7, 8: 7}, b={4: 7, 8: 0}, c={4: 7, 8: 0}, d={4: 7, 8: 0})
    expected = "a and b are not distinguishable at 7 seeds at lag 8; 8 would be needed."
    assert [row.verdict for row in rows[:2]] == [expected] * 2
    rows = found(of=7, a={4: 7, 8: 7}, b={4: 7, 8: 0}, c={4: 7, 8: 0})
    assert rows[0].verdict == "a remembers further than b: 7 of 7 against 0 of 7 seeds at lag 8."


def test_a_single_lag_or_method():
    """One lag is no curve; one method has no rival."""
    assert found(gru={4: 20}, lru={4: 20}) == []
    assert found(gru={4: 20, 8: 3})[0].verdict == "No other method was run on these tasks."


def test_no_shared_lag():
    """Nothing is compared where the lags differ."""
    rows = found(gru={4: 20, 8: 0}, lru={16: 20, 32: 20})
    assert rows[0].verdict == "lru and gru have no lag and seed in common."
