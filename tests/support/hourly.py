"""Hourly rows of a noisy cycle."""

import numpy as np
import pandas as pd

ROWS, TRAINED = 120, 96
HOURS = pd.date_range("2024-01-01", periods=ROWS, freq="h", name="time")


def frame(seed=0):
    """Rows of a cycle ``y``, of which the first 96 are for training, and of noise ``z``."""
    random = np.random.default_rng(seed)
    wave = 100 + 10 * np.sin(np.arange(ROWS) * np.pi / 6) + random.normal(0, 2, ROWS)
    return pd.DataFrame({"y": wave.round(3), "z": random.normal(size=ROWS).round(3)}, index=HOURS)
