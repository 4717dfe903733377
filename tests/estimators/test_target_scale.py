"""Real targets are learned in a unit of their own, and predictions are in theirs."""

import copy
import json
import pickle
import zipfile

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.metrics import mean_squared_error, r2_score

from seqtasks.estimators import SequenceRegressor, StreamRegressor
from seqtasks.estimators.data.target_scale import RunningMoments, TargetScale, mean_and_scale
from seqtasks.estimators.estimator_file import MANIFEST
from seqtasks.estimators.prequential import prequential_score
from seqtasks.estimators.training import stream_rows
from seqtasks.estimators.training.stream_rows import stream_learner
from seqtasks.keras.loss import KerasLoss

pytestmark = pytest.mark.tensorflow

RANDOM = np.random.default_rng(0)
LENGTH = 1200


def autoregression(seed):
    """z(t) = 0.9 z(t-1) + noise, of variance 1."""
    noise = np.sqrt(1 - 0.81) * np.random.default_rng(seed).normal(size=LENGTH + 1)
    z = [noise[0]]
    for each in noise[1:]:
        z.append(0.9 * z[-1] + each)
    return np.array(z)


Z = autoregression(0)
X, Y = Z[:-1, None], 300 + 50 * Z[1:]
SMALL = {"model": "gru:units=4", "trainer": "online:window=2", "random_state": 0}


def regressor(**settings):
    return StreamRegressor(**{**SMALL, **settings})


def in_blocks(model, y, size, rows=800):
    for t in range(0, rows, size):
        model.partial_fit(X[t : t + size], y[t : t + size])
    return model


def test_moments_are_numpys_wherever_rows_are_cut():
    """To the bit the same however they are cut; of 1e8 +- 1 and of 1e-30 as well; in any unit."""
    y = RANDOM.normal(size=(500, 2))
    for unit, level in ((1.0, 0.0), (1.0, 1e8), (1e-30, 0.0), (1e30, -1e32)):
        targets = level + unit * y
        means, spreads, whole = RunningMoments.empty(2).prefixes(targets)
        parts = RunningMoments.empty(2)
        for a, b in ((0, 1), (1, 17), (17, 500)):
            *_, parts = parts.prefixes(targets[a:b])
        np.testing.assert_array_equal(parts.sums, whole.sums)
        np.testing.assert_allclose(spreads[[9, -1]], [targets[:10].std(axis=0), targets.std(axis=0)], rtol=1e-6)
        np.testing.assert_allclose(means[-1], targets.mean(axis=0), rtol=1e-9, atol=1e-9 * unit)
        np.testing.assert_array_equal(whole.mean_and_spread, [means[-1], spreads[-1]])


@pytest.mark.parametrize(("unit", "message"), [(1e300, "the variance overflows"), (1e-300, "the variance underflows")])
def test_moments_that_no_number_holds_raise(unit, message):
    """Of all at once and row by row, with what to do."""
    y = unit * np.array([[1.0], [-1.0]])
    for moments in (lambda: mean_and_scale(y, np.ones(2)), lambda: RunningMoments.empty(1).prefixes(y)):
        with pytest.raises(ValueError, match=rf"{message}.*Convert y to a (larger|smaller) unit"):
            moments()


def test_a_new_unit_and_a_new_readout_are_the_same_predictions():
    """Scale' (gain o + offset) + mean' = scale o + mean, of several outputs."""
    old = TargetScale(np.array([3.0, -1.0]), np.array([2.0, 5.0]))
    new = TargetScale(np.array([10.0, 0.0]), np.array([7.0, 0.1]))
    outputs = RANDOM.normal(size=(4, 2))
    gain, offset = old.to(new)
    np.testing.assert_allclose(new.decode(gain * outputs + offset), old.decode(outputs))


@pytest.mark.parametrize("optimizer", [None, "sgd:momentum=0.9", "rmsprop", "lion", "adamax"])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_change_of_the_unit_changes_no_prediction(dtype, optimizer):
    """An update of the moments that learns nothing, at every kind of change; exact up to the rounding of dtype."""
    model = regressor(dtype=dtype, optimizer=optimizer, learning_rate=1e-30 if optimizer else None)
    model.partial_fit(X[:50], Y[:50])
    before = model.predict(X)
    unit = model._unit
    for mean, scale in ((310.0, 120.0), (-50.0, 20.0), (300.0, 50.0)):
        new = TargetScale(np.array([mean]), np.array([scale]))
        assert stream_learner(model._fitted).rescale_outputs(*unit.to(new))
        model.target_mean_, model.target_scale_ = new.mean, new.scale
        unit = new
        np.testing.assert_allclose(model.predict(X), before, rtol=1e-5 if dtype == "float32" else 1e-12)


def test_only_the_learned_row_changes_predictions_when_the_unit_changes():
    """At a learning rate of almost 0, a stream whose level and scale jump keeps what it predicts."""
    model = regressor(optimizer="sgd", learning_rate=1e-30, dtype="float64").fit(X[:100], Y[:100])
    ahead = model.predict(np.zeros((1, 1)), groups=["new"])
    units = {model.target_scale_.item()}
    for t in range(100, 300):
        model.partial_fit(X[t : t + 1], 10 * Y[t : t + 1])
        units.add(model.target_scale_.item())
        np.testing.assert_allclose(model.predict(np.zeros((1, 1)), groups=["new"]), ahead, rtol=1e-10)
    assert len(units) > 2


@pytest.mark.parametrize("settings", [{"optimizer": "ftrl"}, {"model": "gru:units=1,readout=none"}])
def test_a_readout_that_cannot_follow_keeps_its_unit(settings):
    """An optimizer that computes weights from its slots, and a network without a readout: the first unit stays."""
    model = regressor(**settings).partial_fit(X[:10], Y[:10])
    mean, scale = model.target_mean_, model.target_scale_
    assert scale == pytest.approx(Y[:10].std())
    model.partial_fit(X[10:100], 10 * Y[10:100])
    assert (model.target_mean_, model.target_scale_) == (mean, scale)


def test_how_rows_are_cut_changes_no_bit():
    """Blocks of 1, 10 and 100 rows learn the same, units included."""
    by_row, by_ten, by_hundred = (in_blocks(regressor(), Y, size) for size in (1, 10, 100))
    for other in (by_ten, by_hundred):
        np.testing.assert_array_equal(other.predict(X), by_row.predict(X))
        np.testing.assert_array_equal(other.target_moments_, by_row.target_moments_)
        np.testing.assert_array_equal(other.target_scale_, by_row.target_scale_)


def test_a_stream_in_any_unit_is_learned():
    """R^2 of 300 +- 50, 1e30 and 1e-30 as of the standardised series, by partial_fit and by fit."""
    z = Z[1:]
    plain = in_blocks(regressor(target_scale=None), z, 100).score(X[800:], z[800:])
    for y in (z, Y, 1e30 * z, 1e-30 * z, 1e8 + z):
        assert in_blocks(regressor(), y, 100).score(X[800:], y[800:]) == pytest.approx(plain, abs=0.1)
        assert regressor().fit(X[:800], y[:800]).score(X[800:], y[800:]) == pytest.approx(plain, abs=0.1)
    far = [in_blocks(regressor(), y, 100).predict(X) / unit for y, unit in ((1e30 * z, 1e30), (1e-30 * z, 1e-30))]
    np.testing.assert_allclose(*far, rtol=1e-3)
    assert in_blocks(regressor(target_scale=None), Y, 100).score(X[800:], Y[800:]) < 0


def test_predictions_before_the_unit_is_known_are_the_mean():
    """Nine rows, or more of one value, are not learned; the tenth is, or the first that differs."""
    model = regressor().partial_fit(X[:9], Y[:9])
    np.testing.assert_allclose(model.predict(X[9:12]), Y[:9].mean())
    assert model.target_scale_.tolist() == [0.0]
    assert model._fitted.learner.updates == 0
    assert model.partial_fit(X[9:10], Y[9:10])._fitted.learner.updates == 1
    constant = regressor().partial_fit(X[:40], np.full(40, 5.0))
    np.testing.assert_array_equal(constant.predict(X[:3]), 5.0)
    assert constant.partial_fit(X[:1], [6.0])._fitted.learner.updates == 1
    assert regressor().fit(X[:40], np.full(40, 5.0)).target_scale_.tolist() == [1.0]


def test_several_outputs_have_units_of_their_own():
    """One of them constant; of fit those of NumPy."""
    y = np.stack([Y, 1e-3 * Z[1:], np.full(LENGTH, 7.0)], axis=1)
    model = regressor().fit(X[:800], y[:800])
    np.testing.assert_allclose(model.target_mean_, y[:800].mean(axis=0))
    np.testing.assert_allclose(model.target_scale_, [*y[:800, :2].std(axis=0), 1.0])
    streamed = in_blocks(regressor(), y, 50)
    for each in (model, streamed):
        found = each.predict(X[800:])
        assert min(r2_score(y[800:, :2], found[:, :2], multioutput="raw_values")) > 0.5
        np.testing.assert_allclose(found[:, 2], 7.0, atol=0.3)


def test_partial_fit_continues_the_moments_of_fit():
    """As if all rows had been in one."""
    model = regressor().fit(X[:100], Y[:100]).partial_fit(X[100:130], Y[100:130])
    moments = RunningMoments(model.target_moments_)
    assert moments.count == 130
    np.testing.assert_allclose(moments.mean_and_spread, [[Y[:130].mean()], [Y[:130].std()]])


def test_a_target_out_of_all_proportion_raises_and_changes_nothing():
    """Between rows that are in it; weights, unit and moments are as before, and the next call goes on."""
    model = regressor().partial_fit(X[:100], Y[:100])
    other = copy.deepcopy(model)
    wild = Y[100:110].copy()
    wild[4] = 1e30
    with pytest.raises(ValueError, match=r"y of row 4 is 1e\+30.*float32 cannot represent both. Correct or leave out"):
        model.partial_fit(X[100:110], wild)
    for each in (model, other):
        each.partial_fit(X[100:110], Y[100:110])
    np.testing.assert_array_equal(model.predict(X), other.predict(X))
    np.testing.assert_array_equal(model.target_moments_, other.target_moments_)


@pytest.mark.parametrize("rows", [5, 100])
def test_copies_and_files_go_on_with_the_unit(rows, tmp_path):
    """In the middle of the first rows as well."""
    model = regressor().partial_fit(X[:rows], Y[:rows])
    model.save(tmp_path / "model.zip")
    copies = [StreamRegressor.load(tmp_path / "model.zip"), pickle.loads(pickle.dumps(model)), copy.deepcopy(model)]
    wanted = model.partial_fit(X[rows:300], Y[rows:300]).predict(X)
    for each in copies:
        assert each.get_params()["target_scale"] == "auto"
        np.testing.assert_array_equal(each.partial_fit(X[rows:300], Y[rows:300]).predict(X), wanted)


def test_older_files_of_streams_are_not_scaled(tmp_path):
    """They have neither the setting nor a unit."""
    model = regressor(target_scale=None).fit(X[:50], Z[1:51])
    model.save(tmp_path / "new.zip")
    with zipfile.ZipFile(tmp_path / "new.zip") as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    head = json.loads(members[MANIFEST])
    without_unit(head)
    members[MANIFEST] = json.dumps(head).encode()
    with zipfile.ZipFile(tmp_path / "old.zip", "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    old = StreamRegressor.load(tmp_path / "old.zip")
    assert old.target_scale is None
    for each in (model, old):
        each.partial_fit(X[50:99], Z[51:100])
    np.testing.assert_array_equal(old.predict(X), model.predict(X))


def without_unit(head):
    """Remove the setting and the attributes from a manifest."""
    for part in head.values():
        if isinstance(part, dict):
            without_unit(part)
    for name in ("target_scale", "target_mean_", "target_scale_", "target_moments_"):
        head.pop(name, None)


def test_prequential_scores_are_those_of_the_loop():
    """With a unit that changes on the way, and the first rows included."""
    model, predicted = regressor(), []
    for t in range(150):
        if t:
            predicted.append(model.predict(X[t : t + 1])[0])
        model.partial_fit(X[t : t + 1], Y[t : t + 1])
    found = prequential_score(regressor(), X[:150], Y[:150], scoring="neg_mean_squared_error")
    assert found.score == pytest.approx(-mean_squared_error(Y[1:150], predicted), rel=1e-4)


SEQUENCES = RANDOM.normal(size=(60, 5))
SUMS = SEQUENCES.sum(axis=1)
FEW = {"model": "gru:units=4", "epochs": 3, "random_state": 0}


def test_losses_and_metrics_of_sequences_are_in_the_unit_of_y():
    """50 times the unit is 2500 times the loss, of training and validation; mse is the loss after the epoch."""
    settings = {**FEW, "metrics": ["mse"], "early_stopping": True}
    plain = SequenceRegressor(**settings).fit(SEQUENCES, SUMS)
    far = SequenceRegressor(**settings).fit(SEQUENCES, 300 + 50 * SUMS)
    for name in ("loss", "val_loss", "mse", "val_mse"):
        np.testing.assert_allclose(far.history_[name], 2500 * np.array(plain.history_[name]), rtol=1e-3)
    np.testing.assert_allclose(far.history_["val_loss"], far.history_["val_mse"], rtol=1e-5)
    without_callbacks = SequenceRegressor(**FEW).fit(SEQUENCES, 300 + 50 * SUMS)
    again = SequenceRegressor(**FEW, metrics="mse").fit(SEQUENCES, 300 + 50 * SUMS)
    np.testing.assert_allclose(without_callbacks.history_["loss"], again.history_["loss"], rtol=1e-5)
    np.testing.assert_allclose(again.history_["loss"][1:], again.history_["mse"][:-1], rtol=1e-5)


def test_the_loss_of_several_outputs_weights_each_by_its_variance():
    """Mean over outputs of e^2 m / scale^2."""
    y = np.stack([SUMS, 100 * SEQUENCES[:, 0]], axis=1)
    fitted = SequenceRegressor(**FEW, early_stopping=True, validation_fraction=0.5, metrics="mse").fit(SEQUENCES, y)
    again = clone(fitted).set_params(early_stopping=False, metrics=None).fit(SEQUENCES, y)
    assert again._loss_unit() == pytest.approx((again.target_scale_**2).mean())
    np.testing.assert_allclose(again.target_scale_, y.std(axis=0))


def test_sequences_without_a_unit_learn_targets_as_they_are():
    """As with a loss; nothing warns in partial_fit, and weights of 0 count for no mean."""
    plain = SequenceRegressor(**FEW, target_scale=None).fit(SEQUENCES, 300 + SUMS)
    assert (plain.target_mean_.item(), plain.target_scale_.item()) == (0.0, 1.0)
    assert plain.history_["loss"][0] == pytest.approx(300**2, rel=0.1)
    SequenceRegressor(**FEW, target_scale=None).partial_fit(SEQUENCES[:1], [3.0])
    weights = np.r_[np.zeros(20), np.full(20, 2.0), np.ones(20)]
    fitted = SequenceRegressor(**FEW).fit(SEQUENCES, 300 + SUMS, sample_weight=weights)
    kept = 300 + np.r_[SUMS[20:40], SUMS[20:40], SUMS[40:]]
    np.testing.assert_allclose([fitted.target_mean_, fitted.target_scale_], [[kept.mean()], [kept.std()]])


@settings(max_examples=300)
@given(
    st.lists(st.floats(-1e200, 1e200), min_size=2, max_size=30),
    st.sampled_from([1.0, 1e-100, 1e-200, 3.7]),
    st.sampled_from([0.0, 1e8]),
)
def test_the_moments_and_the_unit_of_one_target_are_those_of_the_block_path(targets, unit, level):
    """To the bit, without arrays: means, standard deviations, sums, the encoded target, and where a unit ends."""
    y = level + unit * np.array(targets)[:, None]
    moments, scale = RunningMoments.empty(1), TargetScale(np.array([0.5]), np.array([2.0]))
    for target in y:
        found = moments.with_one(target.item())
        try:
            means, spreads, after = moments.prefixes(target[None])
        except ValueError:  # the variance overflows or underflows
            assert found is None
            return
        if found is None:
            assert moments.count == 0 or not np.finfo(float).tiny < spreads[0, 0] ** 2
        else:
            assert (found[0], found[1]) == (means[0, 0], spreads[0, 0])
            np.testing.assert_array_equal(found[2].sums, after.sums)
            z = scale.takes_one(target.item(), found[0], found[1])
            assert (z is None) == scale.outgrown(means, spreads)[0]
            assert z is None or z == scale.encode(target[None])[0, 0]
        moments = after


@pytest.mark.parametrize(
    "y", [Y, 1e8 + Z[1:], np.where(np.arange(LENGTH) < 300, 0.01 * Z[1:], Y)], ids=["far", "1e8", "jump"]
)
def test_rows_one_by_one_take_the_short_way_and_give_the_same_bits(y, monkeypatch):
    """After the warm-up, except where the unit changes; predictions and moments are those of one call."""
    short, way = [], stream_rows._in_this_unit
    monkeypatch.setattr(stream_rows, "_in_this_unit", lambda *one: short.append(way(*one)) or short[-1])
    rows, whole = in_blocks(regressor(), y, 1, 400), in_blocks(regressor(), y, 400, 400)
    np.testing.assert_array_equal(rows.predict(X[:50]), whole.predict(X[:50]))
    np.testing.assert_array_equal(rows.target_moments_, whole.target_moments_)
    assert len(short) == 390
    assert 380 < sum(each is not None for each in short) < 391


@pytest.mark.parametrize(
    "loss",
    ["mse", "mae", "huber", keras.losses.LogCosh(), lambda y, o: (y - o) ** 2],
    ids=["mse", "mae", "huber", "LogCosh", "function"],
)
def test_a_loss_of_ones_own_is_learned_in_any_unit(loss):
    """Of targets of 300 +- 50, and in the unit of y: history_ and a metric of that name agree."""
    y = 300 + 50 * SUMS
    model = SequenceRegressor(loss=loss, metrics="mse", epochs=80, random_state=0).fit(SEQUENCES, y)
    assert model.score(SEQUENCES, y) > 0.9
    np.testing.assert_allclose([model.target_mean_.item(), model.target_scale_.item()], [y.mean(), y.std()])
    if loss == "mse":
        np.testing.assert_allclose(model.history_["loss"][1:], model.history_["mse"][:-1], rtol=1e-4)


def test_a_loss_sees_the_values_that_a_user_sees(tmp_path):
    """Targets and predictions of several outputs, at fit, at validation, and after loading a file."""
    y = np.stack([300 + 50 * SUMS, 1e-3 * SUMS], axis=1)
    seen = KerasLoss("mae", "real", (300.0, 0.0), (50.0, 1e-3))
    z = np.array([[1.0, 2.0], [-1.0, 0.0]], np.float32)
    np.testing.assert_allclose(seen(z, np.zeros_like(z)), [(50 + 2e-3) / 2, 25.0], rtol=1e-6)
    settings = {"loss": "mae", "early_stopping": True, "epochs": 3, "random_state": 0, "dtype": "float64"}
    model = SequenceRegressor(**settings).fit(SEQUENCES, y)
    model.save(tmp_path / "net.zip")
    again = SequenceRegressor.load(tmp_path / "net.zip")
    np.testing.assert_array_equal(
        again.partial_fit(SEQUENCES, y).predict(SEQUENCES), model.partial_fit(SEQUENCES, y).predict(SEQUENCES)
    )
    plain = SequenceRegressor(loss="mae", target_scale=None, epochs=1, random_state=0).fit(SEQUENCES, y)
    assert plain.history_["loss"][0] == pytest.approx(np.abs(y).mean(), rel=0.05)
