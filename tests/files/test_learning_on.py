"""Saved networks of a table that learn on: what they predict, when they learn it, and where they go on."""

import warnings

import numpy as np
import pandas as pd
import pytest

import seqtasks
from seqtasks.catalogue.host import Host
from seqtasks.core.task import Chunk, Objective
from seqtasks.errors import DataError, UsageError
from seqtasks.files import network_file, store
from seqtasks.files.learning_on import LearningOn
from seqtasks.files.prediction import rows_of
from seqtasks.running.prequential import learning_on, prequential
from tests.support.hourly import ROWS, TRAINED, frame

pytestmark = pytest.mark.tensorflow


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with ``a.csv``, hourly rows, and ``plain.csv``, the same without times."""
    place = tmp_path_factory.mktemp("learning")
    frame().to_csv(place / "a.csv")
    frame().to_csv(place / "plain.csv", index=False)
    pairs = pd.concat([frame(n).assign(site=name) for n, name in enumerate("AB")]).sort_index(kind="stable")
    pairs.to_csv(place / "pairs.csv")
    frame().assign(y=np.where(frame()["y"] > 100, "high", "low")).to_csv(place / "labels.csv")
    return place


@pytest.fixture(scope="module")
def trained(folder):
    """``trained("a.csv", "ahead=3")`` is the file of a network of two units that was trained on it."""
    made = {}

    def make(data, settings):
        if (data, settings) not in made:
            path = str(folder / f"{len(made)}.net")
            task = f"table:path={folder / data},target=y,{settings}"
            with warnings.catch_warnings(action="ignore"):  # of chance, and of the choice of inputs
                seqtasks.run(task, model="gru:units=2", trainer="batch", epochs=1, progress=False, save=path)
            made[data, settings] = path
        return made[data, settings]

    return make


def opened(path, note=pytest.fail):
    host = Host.start()
    return LearningOn.of(store.load(path, host), path, host, note)


def follow(learner, data, size=ROWS):
    """The values that are predicted, of rows that come ``size`` at a time."""
    pieces = (
        piece.take(slice(first, first + size))
        for piece in rows_of(learner.stored, data, targets=True)
        for first in range(0, piece.rows, size)
    )
    found = [piece.values for piece in learner.forecaster.predictions(pieces)]
    return np.concatenate(found) if found else np.empty((0, 0))


def online(path):
    """A fresh learner of a file's network."""
    host = Host.start()
    stored = store.load(path, host)
    trainer = host.make("trainers", host.spec("trainers", learning_on(1)))
    return stored, trainer.learner(stored.network, Objective(stored.network.shapes), 0)


@pytest.mark.parametrize("ahead", ["0", "1"])
def test_each_row_is_predicted_before_it_is_learned(folder, trained, ahead):
    """The forecasts of the test part are those of the prequential judgement of a run."""
    settings = f"ahead={ahead},reference=mean,inputs=z"
    path = trained("a.csv", settings)
    task = seqtasks.task(f"table:path={folder / 'a.csv'},target=y,{settings}")
    _, learner = online(path)
    test = task.test(0)
    outputs = prequential(learner, "real", test, task.target_delay)[1][0, test.weights[0] > 0]
    (one,) = task.encoding.outputs
    found = follow(opened(path), str(folder / "a.csv"))
    first = int(ahead)  # the first target of the test part is forecast from the last row of the training
    wanted = outputs[first:, 0] * one.scale + one.mean
    assert found[: len(wanted), 0] == pytest.approx(wanted, rel=1e-5)
    assert len(found) == ROWS - TRAINED


def test_targets_some_rows_ahead_are_learned_in_blocks(folder, trained):
    """With a target 3 rows ahead, 3 steps are learned as soon as 6 wait: an account of every call by hand."""
    path = trained("a.csv", "ahead=3,reference=mean,inputs=z")
    stored, learner = online(path)
    encoding, y = stored.encoding, frame()["y"].to_numpy()
    (one,) = encoding.outputs
    z = ((frame()["z"].to_numpy() - encoding.means[0]) / encoding.scales[0]).astype(np.float32)[None, :, None]

    def chunk(first, end):
        ahead = ((y[first + 3 : end + 3] - one.mean) / one.scale).astype(np.float32)
        counted = (np.arange(first, end) + 3 >= TRAINED).astype(np.float32)
        return Chunk(z[:, first:end], ahead[None, :, None], counted[None], np.zeros((1, end - first), bool))

    learner.learn(chunk(0, TRAINED - 3))
    wanted = []
    for block in range(TRAINED, ROWS, 3):
        wanted.append(learner.predict(z[:, block - 3 : block + 3], np.zeros((1, 6), bool))[0, 3:])
        learner.learn(chunk(block - 3, block))
    found = follow(opened(path), str(folder / "a.csv"))
    assert found == pytest.approx(np.concatenate(wanted) * one.scale + one.mean, rel=1e-6)


@pytest.mark.parametrize(
    ("data", "settings"),
    [
        ("a.csv", "reference=last,inputs=z"),
        ("a.csv", "ahead=1-3"),
        ("pairs.csv", "ahead=2,group=site,reference=last,inputs=z"),
    ],
)
def test_neither_pieces_nor_files_change_anything(folder, trained, tmp_path, data, settings):
    """Rows in pieces of 7, or in two files with the network saved between, lead to the same forecasts and losses."""
    path, whole = trained(data, settings), folder / data
    once, pieces, first = opened(path), opened(path), opened(path)
    wanted = follow(once, str(whole))
    assert follow(pieces, str(whole), size=7) == pytest.approx(wanted, rel=1e-6)
    lines = whole.read_text().splitlines(keepends=True)
    cut = len(lines) - len(lines) // 10
    (tmp_path / "old.csv").write_text("".join(lines[:cut]))
    (tmp_path / "new.csv").write_text("".join([lines[0], *lines[cut:]]))
    found = [follow(first, str(tmp_path / "old.csv"))]
    saved = str(tmp_path / "b.net")
    first.save(network_file.target(saved, False))
    second = opened(saved)
    found.append(follow(second, str(tmp_path / "new.csv")))
    assert np.concatenate(found) == pytest.approx(wanted, rel=1e-6)
    assert second.forecaster.tally.rows == once.forecaster.tally.rows
    assert second.forecaster.tally.learning == pytest.approx(once.forecaster.tally.learning, rel=1e-6)
    notes = []
    again = opened(saved, notes.append)
    assert follow(again, str(whole)) == pytest.approx(
        found[1], rel=1e-6
    )  # the whole file: what was learned is left out
    assert len(notes) == 1
    assert "were learned before, and are left out." in notes[0]


def test_the_losses_are_compared_with_the_weights_of_the_training(folder, trained):
    """The frozen network's loss is that of the run's report; only rows whose targets are known count."""
    path = trained("a.csv", "ahead=0,reference=mean,inputs=z")
    task = seqtasks.task(f"table:path={folder / 'a.csv'},target=y,ahead=0,reference=mean,inputs=z")
    network, test = seqtasks.load(path), task.test(0)
    outputs, _ = network.run(test.inputs, test.starts, network.initial_state(1))
    learner = opened(path)
    follow(learner, str(folder / "a.csv"))
    tally = learner.forecaster.tally
    wanted = np.square(outputs - test.targets)[0, TRAINED:].sum()
    assert tally.rows == ROWS - TRAINED
    assert tally.frozen == pytest.approx(float(wanted), rel=1e-5)
    assert tally.learning != tally.frozen


def test_a_missing_target_is_not_learned(folder, trained, tmp_path):
    """The network has the weights that it has without that row's step, and the row is predicted."""
    path = trained("a.csv", "ahead=0,reference=mean,inputs=z")
    gap = frame()
    gap.iloc[TRAINED + 5, 0] = np.nan
    gap.to_csv(tmp_path / "gap.csv")
    learner = opened(path)
    found = follow(learner, str(tmp_path / "gap.csv"))
    assert len(found) == ROWS - TRAINED
    assert learner.forecaster.tally.rows == ROWS - TRAINED - 1


def test_labels(folder, trained):
    """Probabilities of labels are predicted and learned; the loss is the cross-entropy of what was printed."""
    path = trained("labels.csv", "inputs=z")
    learner = opened(path)
    found = follow(learner, str(folder / "labels.csv"))
    labels = (frame()["y"].to_numpy()[TRAINED + 1 :] <= 100).astype(int)  # high, low
    losses = -np.log(found[np.arange(len(labels)), labels])
    assert learner.forecaster.tally.learning == pytest.approx(losses.sum(), rel=1e-4)


def test_rows_without_times_are_told_by_their_number(folder, trained, tmp_path):
    """The first rows are those of the training; another file is refused, and so is one with no later row."""
    path = trained("plain.csv", "ahead=1,reference=mean,inputs=z")
    assert follow(opened(path), str(folder / "plain.csv")) == pytest.approx(
        follow(opened(trained("a.csv", "ahead=1,reference=mean,inputs=z")), str(folder / "a.csv")), rel=1e-6
    )
    frame(1).to_csv(tmp_path / "other.csv", index=False)
    with pytest.raises(DataError, match="row 95 is not that of the training: which rows are new is not known"):
        follow(opened(path), str(tmp_path / "other.csv"))
    frame()[:TRAINED].to_csv(tmp_path / "short.csv", index=False)
    with pytest.raises(DataError, match="holds 96 rows, and the network was trained on 96"):
        follow(opened(path), str(tmp_path / "short.csv"))


def test_rows_that_begin_later(folder, trained, tmp_path):
    """A file without rows of the training is learned from a network without a past, and a note says so."""
    frame()[TRAINED + 4 :].to_csv(tmp_path / "late.csv")
    notes = []
    found = follow(
        opened(trained("a.csv", "ahead=1,reference=mean,inputs=z"), notes.append), str(tmp_path / "late.csv")
    )
    assert len(found) == ROWS - TRAINED - 4
    assert notes[0].endswith("Pass a file that begins earlier to bring its state to the first new row.")


def test_networks_that_cannot_learn_on(folder, trained, tmp_path):
    """A network of another task, and a file that does not say what was learned, are refused with the next step."""
    path = str(tmp_path / "bit.net")
    seqtasks.run("prev-bit", model="gru:units=2", steps=10, progress=False, save=path)
    with pytest.raises(UsageError, match="holds a network of prev-bit, whose targets are not in the rows of a file"):
        opened(path)
    host = Host.start()
    stored = store.load(trained("a.csv", "ahead=1,reference=mean,inputs=z"), host)
    old = store.Stored(
        stored.network,
        type(stored.encoding)(**{**fields_of(stored.encoding), "trained": ()}),
        stored.model,
        stored.task,
    )
    store.save(network_file.target(path, False), old, host, {})
    with pytest.raises(DataError, match="did not record which rows it was trained on"):
        opened(path)


def fields_of(record):
    return {name: getattr(record, name) for name in record.__dataclass_fields__}


def test_an_interruption_goes_back_to_the_last_piece(folder, trained):
    """What is saved is the state after the pieces that were printed, not one in the middle of a piece."""
    path = trained("a.csv", "ahead=1,reference=mean,inputs=z")
    stopped, whole = opened(path), opened(path)
    (rows,) = rows_of(whole.stored, str(folder / "a.csv"), targets=True)
    pieces = [rows.take(slice(first, first + 55)) for first in range(0, ROWS, 55)]
    for _ in whole.forecaster.predictions(pieces[:2]):
        pass
    predict = stopped.forecaster._learner.predict

    def interrupted(*arguments):
        calls.append(arguments)
        if len(calls) == 1:
            return predict(*arguments)
        raise KeyboardInterrupt

    calls, stopped.forecaster._learner.predict = [], interrupted
    with pytest.raises(KeyboardInterrupt):
        for _ in stopped.forecaster.predictions(pieces):
            pass
    states = [one.forecaster.state() for one in (stopped, whole)]
    assert len(calls) == 2
    for ours, wanted in zip(states[0]["learner"]["weights"], states[1]["learner"]["weights"], strict=True):
        np.testing.assert_array_equal(ours, wanted)
    assert [state["series"]["0"]["rows"] for state in states] == [110, 110]
