"""Real sequences: handwritten digits, and the temperature of the sea."""

import numpy as np
from real_work import Split
from sklearn.datasets import load_digits
from sklearn.model_selection import TimeSeriesSplit, train_test_split
from statsmodels.datasets import elnino

TESTED = 450  # digits that no setting was chosen on
WINDOW, AHEAD = 24, 6  # months that are seen, and after how many the temperature is asked for
CHOSEN = 360  # months from which settings were chosen


def digits(steps, chosen_by=None):
    """8 x 8 pixels, read in so many steps.

    Args:
        steps: 8 for rows, 64 for pixels.
        chosen_by: A seed for a split of what is learned from alone, to choose settings by; None for the test.
    """
    images, labels = load_digits(return_X_y=True)
    x, held_x, y, held_y = train_test_split(
        (images / 16).reshape(len(images), steps, -1), labels, test_size=TESTED, stratify=labels, random_state=0
    )
    if chosen_by is not None:
        x, held_x, y, held_y = train_test_split(x, y, test_size=300, stratify=y, random_state=chosen_by)
    return [Split(x, y, held_x, held_y)]


def sea(choosing=False):
    """The temperature off Peru, in degrees Celsius, half a year after two years that are seen.

    Five folds, each held out once, after all that is learned from; the months between are those of which, at the time
    of the first forecast, the temperature half a year later was not known yet.

    Args:
        choosing: Whether to take the years that settings are chosen by, instead of those after them.
    """
    months = elnino.load_pandas().data.drop(columns="YEAR").to_numpy().ravel()
    values = months[:CHOSEN] if choosing else months
    x = np.lib.stride_tricks.sliding_window_view(values, WINDOW)[:-AHEAD, :, None]
    y = values[WINDOW + AHEAD - 1 :]
    folds = TimeSeriesSplit(5, test_size=36 if choosing else (len(months) - CHOSEN) // 5, gap=AHEAD - 1)
    return [_scaled(x[learned], y[learned], x[held], y[held]) for learned, held in folds.split(x)]


def _scaled(x, y, held_x, held_y):
    """All in units of the scale of what is learned from."""
    mean, scale = y.mean(), y.std()
    return Split(*((values - mean) / scale for values in (x, y, held_x, held_y)), unit=float(scale))
