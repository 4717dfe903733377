"""Verdicts in words."""

from support.made_up_runs import one, solving

from seqtasks.comparison.contest import Contest, verdicts


def verdict_of(first, second, first_name="lru", second_name="gru"):
    return verdicts([Contest([first], [second], first_name, second_name)])[0]


def test_shares_that_differ():
    """19 of 20 against 0 of 20 is certain."""
    expected = "lru solves delay:lag=16 more often than gru: 19 of 20 against 0 of 20 seeds."
    assert verdict_of(solving("lru", "delay:lag=16", 19), solving("gru", "delay:lag=16", 0)) == expected


def test_skills_that_differ():
    """Neither solves the task, and one has a skill that is higher by 0.3 on each seed, give or take 0.01."""
    first = one("lru", "delay", [0.8 + 0.01 * (seed % 2) for seed in range(10)])
    second = one("gru", "delay", [0.5 + 0.01 * (seed % 2) for seed in range(10)])
    expected = "lru has a higher skill than gru: by 0.300 (95 % interval 0.300 to 0.300) on 10 seeds."
    assert verdict_of(first, second) == expected
    assert verdict_of(second, first, "gru", "lru") == expected


def test_not_distinguishable():
    """Differences of +0.4 and -0.2 in turn: mean 0.1, deviation 0.3078, so ((1.96 + 0.84) 3.078 / 1)^2 + 1.9 = 77."""
    first = one("lru", "delay", [0.5 + (0.4 if seed % 2 else -0.2) for seed in range(20)])
    second = one("gru", "delay", [0.5] * 20)
    contest = Contest([first], [second], "lru", "gru")
    p = contest.p_values
    assert p[0] == 1  # neither solves it
    assert p[1] > 0.05
    assert contest.verdict(p, 1) == "lru and gru are not distinguishable at 20 seeds; 77 would be needed."
    corrected = "lru and gru are not distinguishable at 20 seeds; 93 would be needed."
    assert verdicts([contest]) == [corrected]


def test_five_seeds_are_too_few():
    """The smallest p value of five pairs is above 5 %: more seeds are asked for even if each is better."""
    expected = "lru and gru are not distinguishable at 5 seeds; 7 would be needed."
    assert verdict_of(solving("lru", "delay", 5, of=5), solving("gru", "delay", 0, of=5)) == expected


def test_a_difference_without_a_sign():
    """If one is better as often and as much as it is worse, no number of seeds is enough."""
    first, second = one("lru", "delay", [0.2, 0.4] * 5), one("gru", "delay", [0.4, 0.2] * 5)
    assert verdict_of(first, second) == (
        "lru and gru are not distinguishable at 10 seeds; not even 10,000 would be enough."
    )


def test_equal_runs():
    """The same skill on each seed."""
    assert verdict_of(one("lru", "delay", [0.2, 0.4]), one("gru", "delay", [0.2, 0.4])) == (
        "lru and gru have the same skill on 2 seeds."
    )


def test_only_shared_seeds_are_compared():
    """Seeds that one method did not run are left out; without a shared one there is no comparison."""
    first = one("lru", "delay", [0.9] * 4, seeds=[0, 1, 2, 3])
    assert Contest([first], [one("gru", "delay", [0.5] * 4, seeds=[2, 3, 4, 5])], "lru", "gru").seeds == 2
    assert verdict_of(first, one("gru", "delay", [0.5], seeds=[9])) == "lru and gru have no seed in common."


def test_different_budgets_are_stated():
    """Steps that differ at all, and numbers of weights that differ by more than a tenth."""
    first = one("lru", "delay", [0.5] * 3, steps=50_000, parameters=1050)
    close = verdict_of(first, one("gru", "delay", [0.5] * 3, steps=20_000))
    assert close.endswith("seeds. Their budgets differ (lru against gru): 50,000 against 20,000 steps.")
    both = verdict_of(first, one("gru", "delay", [0.5] * 3, steps=20_000, parameters=2100))
    assert both.endswith("50,000 against 20,000 steps, 1,050 against 2,100 weights.")


def test_several_tasks():
    """Over two tasks, the runs are counted together and each difference is weighted by its task."""
    first = [solving("lru", "delay", 20), solving("lru", "echo", 18)]
    second = [solving("gru", "delay", 0), solving("gru", "echo", 4)]
    contest = Contest(first, second, "lru", "gru")
    assert verdicts([contest]) == ["lru solves the tasks more often than gru: 38 of 40 against 4 of 40 runs."]
    assert contest.improvement.value > 0.8


def test_many_comparisons_are_corrected():
    """6 of 6 against 0 of 6 is p = 0.03 alone, and not enough next to nine other comparisons."""
    pair = Contest([solving("lru", "delay", 6, of=6)], [solving("gru", "delay", 0, of=6)], "lru", "gru")
    same = Contest([solving("lru", "delay", 6, of=6)], [solving("rnn", "delay", 6, of=6)], "lru", "rnn")
    assert pair.p_values == [0.03125, 0.03125]
    assert verdicts([pair, *[same] * 9])[0] == ("lru and gru are not distinguishable at 6 seeds; 10 would be needed.")
