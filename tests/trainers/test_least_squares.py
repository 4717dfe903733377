"""The two solvers against scikit-learn's ridge regression and against each other; NumPy alone."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.linear_model import Ridge

from seqtasks.trainers.least_squares import Rows
from seqtasks.trainers.normal_equations import NormalEquations
from seqtasks.trainers.recursive import RecursiveLeastSquares

FEATURES, OUTPUTS, RIDGE = 7, 2, 0.3
SOLVERS = {
    "normal equations": lambda lanes: NormalEquations(lanes, FEATURES, OUTPUTS, RIDGE),
    "recursive": lambda lanes: RecursiveLeastSquares(FEATURES, OUTPUTS, RIDGE, 1.0),
    "forgetting": lambda lanes: RecursiveLeastSquares(FEATURES, OUTPUTS, RIDGE, 0.97),
}
each_solver = pytest.mark.parametrize("solver", SOLVERS)


def rows(steps, lanes, seed=0):
    """Noisy linear targets; a third of the rows does not count, some count more than once."""
    random = np.random.default_rng(seed)
    features = np.concatenate([random.normal(size=(steps, lanes, FEATURES - 1)), np.ones((steps, lanes, 1))], axis=2)
    targets = features @ random.normal(size=(FEATURES, OUTPUTS)) + random.normal(size=(steps, lanes, OUTPUTS))
    return Rows(features, targets, random.choice([0.0, 1.0, 2.5], size=(steps, lanes)))


def piece(given, first, last):
    part = slice(first, last)
    return Rows(*(np.ascontiguousarray(a[part]) for a in (given.features, given.targets, given.weights)))


def by_scikit_learn(given, weights):
    model = Ridge(alpha=RIDGE, fit_intercept=False, solver="cholesky")
    model.fit(given.features.reshape(-1, FEATURES), given.targets.reshape(-1, OUTPUTS), sample_weight=weights.ravel())
    return model.coef_.T


@pytest.mark.parametrize("solver", ["normal equations", "recursive"])
@given(steps=st.integers(1, 200), lanes=st.integers(1, 3), seed=st.integers(0, 9))
def test_the_solution_is_scikit_learn_s(solver, steps, lanes, seed):
    """Whatever number of steps and lanes there is, weights and rows that do not count included."""
    given = rows(steps, lanes, seed)
    if not given.weights.any():
        return
    solving = SOLVERS[solver](lanes)
    solving.follow(given)
    np.testing.assert_allclose(solving.solution(), by_scikit_learn(given, given.weights), rtol=0, atol=1e-6)


def test_forgetting_weighs_rows_by_their_age():
    """By forgetting^n of the counted steps since; so is what the ridge weighs."""
    given = rows(150, 2)
    solver = RecursiveLeastSquares(FEATURES, OUTPUTS, RIDGE, 0.97)
    solver.follow(given)
    since = np.cumsum(given.weights.any(axis=1)[::-1])[::-1] - given.weights.any(axis=1)
    weights = given.weights * 0.97 ** since[:, None]
    phi, y = given.features.reshape(-1, FEATURES), given.targets.reshape(-1, OUTPUTS)
    matrix = RIDGE * 0.97**solver.updates * np.eye(FEATURES) + (phi * weights.reshape(-1, 1)).T @ phi
    wanted = np.linalg.solve(matrix, (phi * weights.reshape(-1, 1)).T @ y)
    np.testing.assert_allclose(solver.solution(), wanted, rtol=0, atol=1e-9)


@pytest.mark.parametrize("forgetting", [0.9, 0.99, 1.0])
@pytest.mark.parametrize("lanes", [1, 3])
def test_where_rows_go_everywhere_forgetting_is_the_textbook_s(forgetting, lanes):
    """P itself carried on, by Haykin's equations, over two thousand steps: to rounding."""
    given = rows(2000, lanes)
    p, v = np.eye(FEATURES) / RIDGE, np.zeros((FEATURES, OUTPUTS))
    root = np.sqrt(given.weights)[..., None]
    for phi, y in zip(root * given.features, root * given.targets, strict=True):
        if phi.any():
            p /= forgetting
            gain = np.linalg.solve(np.eye(lanes) + phi @ p @ phi.T, phi @ p).T
            v, p = v + gain @ (y - phi @ v), p - gain @ phi @ p
            p = (p + p.T) / 2
    solver = RecursiveLeastSquares(FEATURES, OUTPUTS, RIDGE, forgetting)
    solver.follow(given)
    np.testing.assert_allclose(solver.solution(), v, rtol=0, atol=1e-12)


@pytest.mark.parametrize("forgetting", [0.01, 0.5, 0.9, 0.99])
def test_where_rows_stand_still_the_mean_of_the_last_targets_is_foretold(forgetting):
    """One direction has twenty thousand targets, the others none: targets weigh forgetting^n all along."""
    steps, random = 20_000, np.random.default_rng(0)
    phi, y = random.normal(size=FEATURES), random.normal(size=(steps, 1, 1))
    y[steps // 2 :] += 5.0
    given = Rows(np.broadcast_to(phi, (steps, 1, FEATURES)), y, np.ones((steps, 1)))
    predicted = RecursiveLeastSquares(FEATURES, 1, 1e-3, forgetting).follow(given).ravel()
    total = weight = 0.0
    for t in range(steps):
        assert t < 2000 or predicted[t] == pytest.approx(total / weight, abs=1e-8)  # by then the ridge is forgotten
        total, weight = forgetting * total + y[t, 0, 0], forgetting * weight + 1


@pytest.mark.parametrize("forgetting", [0.9, 0.99])
def test_what_moves_again_after_long_is_learned_at_once(forgetting):
    """Directions that stood still for twenty thousand steps: after as many rows as features, the law is known."""
    random = np.random.default_rng(1)
    law = random.normal(size=(FEATURES, OUTPUTS))
    still = np.ones((20_000, 1, FEATURES))
    moving = random.normal(size=(FEATURES, 1, FEATURES))
    solver = RecursiveLeastSquares(FEATURES, OUTPUTS, RIDGE, forgetting)
    for phi in (still, moving):
        solver.follow(Rows(phi, phi @ law, np.ones(phi.shape[:2])))
    np.testing.assert_allclose(solver.solution(), law, rtol=0, atol=1e-6)


@pytest.mark.filterwarnings("ignore:invalid value encountered:RuntimeWarning")  # NumPy's, of the infinity given here
@each_solver
def test_a_network_that_diverged_has_no_readout(solver):
    """Rows without numbers end in none, and in no error."""
    given, solving = rows(50, 2), SOLVERS[solver](2)
    given.weights[20], given.features[20] = 1, np.inf
    solving.follow(given)
    assert np.isnan(solving.solution()).all()


def test_recursion_foretells_by_all_steps_before():
    """Each step as scikit-learn's solution for the steps before it would; the first as zeros would."""
    given = rows(40, 2)
    predicted = SOLVERS["recursive"](2).follow(given)
    assert not predicted[0].any()
    for t in (5, 20, 39):
        before = by_scikit_learn(piece(given, 0, t), given.weights[:t])
        np.testing.assert_allclose(predicted[t], given.features[t] @ before, rtol=0, atol=1e-8)


def test_ridge_foretells_by_the_last_power_of_two_of_counted_steps():
    """Of 100 steps that count, the 70th by the solution for the first 64."""
    given = rows(100, 1)
    given.weights[:] = 1
    solver = SOLVERS["normal equations"](1)
    predicted = solver.follow(given)
    before = by_scikit_learn(piece(given, 0, 64), given.weights[:64])
    for t in (64, 70, 99):
        np.testing.assert_allclose(predicted[t], given.features[t] @ before, rtol=0, atol=1e-9)
    assert solver.updates == 7 + 1  # after 1, 2, 4 ... 64, and the one for all 100


@pytest.mark.parametrize("cuts", [[1] * 150, [64, 64, 22], [100, 50], [7, 0, 143]])
@each_solver
def test_cutting_changes_nothing(solver, cuts):
    """To the bit: what is predicted, and the solution."""
    given = rows(150, 2)
    whole, cut = SOLVERS[solver](2), SOLVERS[solver](2)
    edges = np.cumsum([0, *cuts])
    predicted = np.concatenate([cut.follow(piece(given, a, b)) for a, b in pairwise(edges)])
    assert np.array_equal(whole.follow(given), predicted)
    assert np.array_equal(whole.solution(), cut.solution())


@each_solver
def test_a_restored_solver_goes_on_to_the_bit(solver):
    """From a state that does not move when the first goes on."""
    given, (first, other) = rows(150, 2), (SOLVERS[solver](2), SOLVERS[solver](2))
    first.follow(piece(given, 0, 100))
    state, counted = first.state(), first.updates
    wanted = first.follow(piece(given, 100, 150))
    other.follow(rows(30, 2, seed=5))
    other.restore(state)
    assert other.updates == counted
    assert np.array_equal(other.follow(piece(given, 100, 150)), wanted)
    assert np.array_equal(other.solution(), first.solution())


@each_solver
def test_what_does_not_count_changes_nothing(solver):
    """Rows of weight 0 are predicted alone, and there is no update."""
    given, solving = rows(50, 2), SOLVERS[solver](2)
    solving.follow(given)
    before, counted = solving.solution(), solving.updates
    given.weights[:] = 0
    predicted = solving.follow(given)
    assert np.abs(predicted).max() > 1
    assert np.array_equal(solving.solution(), before)
    assert solving.updates == counted
