"""One network that learns several series, of which one is a million times as large as another."""

import numpy as np
import pandas as pd
import pytest

import seqtasks
from seqtasks.core.loss import evaluate

SCALES = {"small": 1.0, "middle": 1e3, "large": 1e6}
ROWS = 400


@pytest.fixture(scope="module")
def shops():
    """The same law for all, with other noise: a daily cycle and a disturbance that decays."""
    rng, frames = np.random.default_rng(0), []
    for label, scale in SCALES.items():
        error = np.zeros(ROWS)
        for t in range(1, ROWS):
            error[t] = 0.8 * error[t - 1] + rng.normal(0, 0.5)
        load = scale * (10 + 3 * np.sin(np.arange(ROWS) * np.pi / 12) + error)
        times = pd.date_range("2024-01-01", periods=ROWS, freq="h")
        frames.append(pd.DataFrame({"shop": label, "time": times, "load": load}))
    return pd.concat(frames).sort_values("time", kind="stable", ignore_index=True)


@pytest.mark.tensorflow
def test_small_and_large_series_are_learned_alike(shops):
    """The test losses of all groups are far below that of persistence, also if the copy learns on; 0.5 is the noise."""
    task = seqtasks.table(shops, target="load", group="shop", calendar=["hour"])
    run = seqtasks.run(task, model="gru:units=16", seed=0, progress=False)
    test = task.test(0)
    losses = [evaluate(run.network, test.lanes_at([lane])).loss for lane in range(test.lanes)]
    rmse = [
        np.sqrt(loss) * group.output_scales[0] / SCALES[group.label]
        for loss, group in zip(losses, task.encoding.groups, strict=True)
    ]
    assert rmse == pytest.approx([0.5] * 3, abs=0.15)
    assert run.loss == pytest.approx(np.mean(losses), rel=1e-4)
    assert run.skill > 0.4
    assert run.prequential["skill"] > 0.4
    assert run.interval["coverage"][0] == pytest.approx(0.9, abs=0.1)
    assert run.own_unit is None
