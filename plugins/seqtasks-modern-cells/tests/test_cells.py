"""The cells against their equations in NumPy, and what credit rules make of them."""

from functools import cache

import numpy as np
import pytest
from support.frozen import apart, by_rule, by_time, drawn, sequence
from support.oracle import sigmoid

from seqtasks.catalogue.host import Host
from seqtasks.core.task import Shapes
from seqtasks.errors import UsageError
from seqtasks.keras.structure import structure_of
from seqtasks.tasks.prev_bit import PrevBit

pytestmark = pytest.mark.tensorflow

HOST = Host.start(environ={})
UNITS, INPUTS, LANES, STEPS = 3, 2, 4, 30


def dense(w, x, h):
    """The sums of gates that see input and state."""
    kernel, recurrent, bias = w
    return np.split(x @ kernel + h @ recurrent + bias, kernel.shape[1] // UNITS, axis=-1)


def mgu(w, x, state):
    wf, uf, bf, wn, un, bn = w
    h = state[0]
    f = sigmoid(x @ wf + h @ uf + bf)
    h = (1 - f) * h + f * np.tanh(x @ wn + (f * h) @ un + bn)
    return h, [h]


def janet(w, x, state, beta=0.0):
    s, n = dense(w, x, state[0])
    h = sigmoid(s) * state[0] + (1 - sigmoid(s - beta)) * np.tanh(n)
    return h, [h]


def elstm(w, x, state):
    f, z, o = np.split(x @ w[0] + w[2], 3, axis=-1)
    wf, wz, wo = np.split(w[1], 3)
    c = state[1]
    c = sigmoid(f + wf * c) * c + sigmoid(-f - wf * c) * np.tanh(z + wz * c)
    h = sigmoid(o + wo * c) * c
    return h, [h, c]


def minlstm(w, x, state):
    f, i, n = np.split(x @ w[0] + w[1], 3, axis=-1)
    f, i = sigmoid(f), sigmoid(i)
    h = f / (f + i) * state[0] + i / (f + i) * n
    return h, [h]


def rg_lru(w, x, state):
    r, i, n = np.split(x @ w[0] + w[1], 3, axis=-1)
    a = sigmoid(w[2]) ** (8 * sigmoid(r))
    h = a * state[0] + np.sqrt(1 - a**2) * sigmoid(i) * n
    return h, [h]


def s4d(w, x, state):
    """In complex numbers."""
    log_decay, frequency, log_dt, kernel = w
    big, dt = -np.exp(log_decay) + 1j * frequency, np.exp(log_dt)
    b = kernel[:, :UNITS] + 1j * kernel[:, UNITS:]
    h = np.exp(dt * big) * (state[0] + 1j * state[1]) + (np.exp(dt * big) - 1) / big * (x @ b)
    return np.hstack([h.real, h.imag]), [h.real, h.imag]


def slstm(w, x, state):
    """Without the stabiliser m: exponentials as they are, which double precision holds."""
    h, c, n, _ = state
    z, i, f, o = dense(w, x, h)
    c = sigmoid(f) * c + np.exp(i) * np.tanh(z)
    n = sigmoid(f) * n + np.exp(i)
    h = sigmoid(o) * c / n
    return h, [h, c, n, n]


def cfc(w, x, state, elapsed=1.0):
    f, g, k = dense(w, x, state[0])
    t = sigmoid(-f * elapsed)
    h = t * np.tanh(g) + (1 - t) * np.tanh(k)
    return h, [h]


ORACLES = {  # the equation, K arrays of state, and the number of weight arrays
    "min-gated-unit": (mgu, 1, 6),
    "janet": (janet, 1, 3),
    "elstm": (elstm, 2, 3),
    "minlstm": (minlstm, 1, 2),
    "rg-lru": (rg_lru, 1, 3),
    "s4d": (s4d, 2, 4),
    "slstm": (slstm, 4, 3),
    "cfc": (cfc, 1, 3),
}
SET = {  # settings that are no weights
    "janet:beta=1.0": (lambda *step: janet(*step, beta=1.0), 1, 3),
    "cfc:elapsed=0.25": (lambda *step: cfc(*step, elapsed=0.25), 1, 3),
}


def layers_of(name, dtype="float64", layers=2):
    """A network of layers without a readout, its weights drawn at random."""
    spec = f"{name}{',' if ':' in name else ':'}units={UNITS},layers={layers},readout=none"
    network = HOST.make("models", HOST.spec("models", spec)).build(Shapes(INPUTS, 1), 0, dtype=dtype)
    random = np.random.default_rng(1)
    network.load([random.normal(0, 0.7, w.shape) for w in network.weights()])
    return network


def inputs(dtype="float64", scale=1.0):
    return (scale * np.random.default_rng(2).normal(size=(LANES, STEPS, INPUTS))).astype(dtype)


def expected(oracle, arrays, count, network, x):
    """What the equations give (B, T, W), layer after layer."""
    weights, seen = [np.asarray(w, np.float64) for w in network.weights()], x.astype(np.float64)
    for first in range(0, len(weights), count):
        state, outputs = [np.zeros((len(x), UNITS))] * arrays, []
        for t in range(x.shape[1]):
            y, state = oracle(weights[first : first + count], seen[:, t], state)
            outputs.append(y)
        seen = np.stack(outputs, axis=1)
    return seen


@pytest.mark.parametrize(
    ("name", "dtype", "rounding"),
    [*((name, "float64", 1e-12) for name in [*ORACLES, *SET]), *((name, "float32", 1e-5) for name in ORACLES)],
)
def test_two_layers_are_the_equations(name, dtype, rounding):
    """Thirty steps, one after another, and the whole sequence at once."""
    network, x = layers_of(name, dtype), inputs(dtype)
    state, stepped = network.initial_state(LANES), []
    for t in range(STEPS):
        y, state = network.step(x[:, t], state)
        stepped.append(y)
    wanted = expected(*(ORACLES | SET)[name], network, x)
    assert wanted.std() > 0.05
    np.testing.assert_allclose(np.stack(stepped, axis=1), wanted, rtol=0, atol=rounding)
    np.testing.assert_allclose(network.keras_model()(x).numpy(), wanted, rtol=0, atol=rounding)


@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("min-gated-unit", 2 * 5 * (3 + 5 + 1)),
        ("janet", 2 * 5 * (3 + 5 + 1)),
        ("elstm", 3 * 5 * (3 + 2)),
        ("minlstm", 3 * 5 * (3 + 1)),
        ("rg-lru", 5 * (3 * 3 + 4)),
        ("s4d", 5 * (2 * 3 + 3)),
        ("slstm", 4 * 5 * (3 + 5 + 1)),
        ("cfc", 3 * 5 * (3 + 5 + 1)),
    ],
)
def test_number_of_weights(name, count):
    """As the docstrings say, of five units that see three inputs."""
    assert built(name, 5)[0].count_params() == count


def built(name, units, **settings):
    cell = HOST.load("cells", name)(units, dtype="float64", **settings)
    cell.build((None, 3))
    return cell, {weight.name: weight.numpy() for weight in cell.weights}


@pytest.mark.parametrize("name", ORACLES)
def test_weights_follow_the_networks_seed(name):
    """The same seed gives the same weights, another others."""
    model = HOST.make("models", HOST.spec("models", f"{name}:units=3"))
    one, again, other = (model.build(Shapes(2, 1), seed).weights() for seed in (0, 0, 1))
    assert all(np.array_equal(a, b) for a, b in zip(one, again, strict=True))
    assert any(not np.array_equal(a, b) for a, b in zip(one[:-2], other[:-2], strict=True))


@pytest.mark.parametrize(("name", "gates"), [("janet", 2), ("slstm", 4), ("cfc", 3)])
def test_each_gate_starts_orthogonal(name, gates):
    """U U^T = 1 for every gate's U."""
    for u in np.split(built(name, 6)[1]["recurrent_kernel"], gates, axis=1):
        np.testing.assert_allclose(u @ u.T, np.eye(6), rtol=0, atol=1e-12)


def test_janet_s_forget_gates_start_by_chrono():
    """log(tau - 1), tau uniform between 2 and 10; the candidate's biases are 0."""
    forget, candidate = np.split(built("janet", 2000, chrono=10)[1]["bias"], 2)
    tau = np.exp(forget) + 1
    assert 2 <= tau.min() <= tau.max() <= 10
    assert tau.mean() == pytest.approx(6, abs=0.2)
    assert not candidate.any()


def test_elstm_s_forget_gates_start_by_chrono_and_its_vectors_uniform():
    """A tau of exp(bf) + 1 is uniform between 2 and 10, the other biases are 0; wf, wz and wo are in (-1, 1)."""
    weights = built("elstm", 2000, chrono=10)[1]
    forget, rest = weights["bias"][:2000], weights["bias"][2000:]
    assert np.exp(forget).mean() + 1 == pytest.approx(6, abs=0.2)
    assert 2 <= np.exp(forget).min() + 1 <= np.exp(forget).max() + 1 <= 10
    assert not rest.any()
    assert np.abs(weights["recurrent"]).max() <= 1
    assert np.abs(weights["recurrent"]).mean() == pytest.approx(0.5, abs=0.02)


def test_slstm_s_forget_gates_start_spread_out():
    """Evenly from forget to twice that, the other biases 0."""
    z, i, f, o = np.split(built("slstm", 5, forget=2.0)[1]["bias"], 4)
    np.testing.assert_allclose(f, [2, 2.5, 3, 3.5, 4])
    assert not np.concatenate([z, i, o]).any()


def test_rg_lru_starts_with_its_decays_uniform():
    """sigmoid(lam)^8 between a_min and a_max, with the deciles of a uniform law."""
    a = sigmoid(built("rg-lru", 2000, a_min=0.4, a_max=0.9)[1]["lam"]) ** 8
    tenths = np.linspace(0.1, 0.9, 9)
    assert 0.4 <= a.min() <= a.max() <= 0.9
    np.testing.assert_allclose(np.quantile(a, tenths), 0.4 + 0.5 * tenths, atol=0.03)


@pytest.mark.parametrize(
    ("law", "wanted"),
    [("lin", np.pi * np.arange(4)), ("inv", 8 / np.pi * np.array([8 / 1 - 1, 8 / 3 - 1, 8 / 5 - 1, 8 / 7 - 1]))],
)
def test_s4d_starts_as_the_paper_s_diagonal_systems(law, wanted):
    """The real part of A is -1/2, the imaginary part by the law: four units are the four pairs of a state of eight."""
    weights = built("s4d", 4, frequencies=law)[1]
    np.testing.assert_allclose(np.exp(weights["log_decay"]), 0.5)
    np.testing.assert_allclose(weights["frequency"], wanted)


def test_s4d_s_inverse_law_nears_the_matrix_that_it_stands_for():
    """The greatest frequencies are nearly those of the normal part of HiPPO-LegS, of 256 numbers in 128 pairs.

    A[n, k] = -((2 n + 1) (2 k + 1))^(1/2) below the diagonal, -(n + 1) on it, 0 above; its normal part is A + p p^T,
    p[n] = (n + 1/2)^(1/2).
    """
    n = np.arange(256)
    p = np.sqrt(n + 1 / 2)
    normal = -np.tril(2 * np.outer(p, p), -1) - np.diag(n + 1.0) + np.outer(p, p)
    eigenvalues = np.linalg.eigvals(normal)
    np.testing.assert_allclose(eigenvalues.real, -1 / 2, rtol=0, atol=1e-9)
    greatest = np.sort(eigenvalues.imag)[::-1][:3]
    np.testing.assert_allclose(built("s4d", 128, frequencies="inv")[1]["frequency"][:3], greatest, rtol=0.02)


def test_s4d_s_steps_start_log_uniform():
    """Between dt_min and dt_max, in the logarithm's deciles."""
    log_dt = built("s4d", 2000, dt_min=0.01, dt_max=1.0)[1]["log_dt"]
    tenths = np.linspace(0.1, 0.9, 9)
    assert np.log(0.01) <= log_dt.min() <= log_dt.max() <= 0
    np.testing.assert_allclose(np.quantile(log_dt, tenths), np.log(0.01) * (1 - tenths), atol=0.15)


def test_s4d_is_the_continuous_system_held_between_steps():
    """One unit, fed 1 for ever, goes where dh/dt = A h + B has its rest: -B / A."""
    network = layers_of("s4d", layers=1)
    weights = network.weights()
    weights[2][:] = 0.0  # dt = 1
    network.load(weights)
    at_rest = network(np.ones((1, 400, INPUTS)))[0, -1]
    b = weights[3].sum(axis=0)
    rest = -(b[:UNITS] + 1j * b[UNITS:]) / (-np.exp(weights[0]) + 1j * weights[1])
    np.testing.assert_allclose(at_rest, np.hstack([rest.real, rest.imag]), rtol=0, atol=1e-9)


def test_slstm_s_stabiliser_changes_nothing_but_the_range():
    """In single precision, input gates of exp(+-100) and more, which overflow without m, give what doubles give."""
    network, x = layers_of("slstm", "float32", layers=1), inputs("float32", scale=80.0)
    weights = network.weights()
    sums = x @ weights[0][:, UNITS : 2 * UNITS]
    assert np.abs(sums).max() > np.log(np.finfo(np.float32).max)
    wanted = expected(*ORACLES["slstm"], network, x)
    assert np.isfinite(wanted).all()
    np.testing.assert_allclose(network(x), wanted, rtol=0, atol=1e-4)


def test_rg_lru_s_gradient_is_finite_where_nothing_is_forgotten():
    """A gate so far closed that a is 1 to rounding: the root of 1 - a^2 has no slope there."""
    network = drawn("rg-lru:units=3", "float32")
    weights = network.weights()
    weights[1][:UNITS] = -200.0  # r's biases
    network.load(weights)
    assert np.isfinite(by_rule(network, credit("online", network), sequence(5))).all()


@pytest.mark.parametrize("name", ORACLES)
def test_rtrl_is_backpropagation_through_the_whole_past(name):
    """At each of 20 steps of one layer, and not what a window of one step has."""
    assert apart(by_trainer("rtrl", name), exact(name)).max() < 1e-10
    assert apart(by_trainer("online:window=1", name), exact(name))[2:].max() > 1e-2


@pytest.mark.parametrize("name", ["min-gated-unit", "slstm"])
def test_rtrl_is_exact_in_stacks(name):
    """Two layers, of two units each."""
    network, chunk = drawn(f"{name}:units=2,layers=2"), sequence(8)
    assert apart(by_rule(network, credit("rtrl", network), chunk), by_time(network, chunk)).max() < 1e-10


@pytest.mark.parametrize(("dtype", "rounding"), [("float64", 1e-10), ("float32", 1e-4)])
@pytest.mark.parametrize("name", ["elstm", "minlstm", "rg-lru", "s4d"])
def test_traces_are_exact_where_units_do_not_mix(name, dtype, rounding):
    """The trainer diagonal has the whole gradient, at each of 20 steps."""
    assert apart(by_trainer("diagonal", name, dtype), exact(name)).max() < rounding


def test_what_mixes_has_no_exact_traces():
    """Diagonal says so of cells that declare their structure, and of the one that does not."""
    for name, why in [("janet", "The units of JANETCell interact"), ("min-gated-unit", "declares none")]:
        with pytest.raises(UsageError, match=why):
            credit("diagonal", drawn(f"{name}:units=2"))


def test_all_but_one_tell_their_structure():
    """The minimal gated unit's reset stands before the product, as in a GRU made so."""
    silent = {name for name in ORACLES if structure_of(HOST.load("cells", name)(2)) is None}
    assert silent == {"min-gated-unit"}


@pytest.mark.parametrize(
    ("name", "settings", "sentence", "hint"),
    [
        ("rg-lru", {"a_min": 0.9, "a_max": 0.5}, "a_min=0.9 is greater than a_max=0.5.", "Use a_min <= a_max."),
        ("s4d", {"dt_min": 0.5, "dt_max": 0.1}, "dt_min=0.5 is greater than dt_max=0.1.", "Use dt_min <= dt_max."),
    ],
)
def test_ranges_inside_out_are_refused(name, settings, sentence, hint):
    """The least is not beyond the greatest."""
    with pytest.raises(UsageError) as caught:
        HOST.load("cells", name)(2, **settings)
    assert (str(caught.value), caught.value.hint) == (sentence, hint)


def credit(trainer, network):
    return HOST.make("trainers", HOST.spec("trainers", trainer)).credit(network.architecture, PrevBit().objective)


def by_trainer(trainer, name, dtype="float64"):
    network = drawn(f"{name}:units=3", dtype)
    return by_rule(network, credit(trainer, network), sequence(20)).astype(np.float64)


@cache
def exact(name):
    """True gradients over 20 steps, in double precision."""
    return by_time(drawn(f"{name}:units=3"), sequence(20))
