"""A forecaster of sktime that is a recurrent network."""

from typing import Any, ClassVar, Literal, Self, final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sktime.forecasting.base import BaseForecaster, ForecastingHorizon

from seqtasks.estimators import SeriesForecaster


@final
class RecurrentForecaster(BaseForecaster):
    """Forecasts of the next rows by a recurrent network, one output for each row.

    ``fit`` trains a ``SeriesForecaster`` whose horizon is the largest step of ``fh``, with all steps up to it.
    ``update`` appends rows, from the last of which later forecasts start. It does not train; ``fit`` and
    ``evaluate(strategy="refit")`` do.

    Args:
        model: A model by name or spec, such as ``"gru:units=32"``, or a model.
        trainer: A trainer by name or spec, or a trainer; None for the default of the task ``table``.
        reference: What the network learns the deviation from: auto, mean, last, seasonal or seasonal-change.
        period: The number of rows after which the series repeats itself; None to find it.
        calendar: Units of the calendar that are inputs, such as ``("month",)``.
        missing: What is done about missing values: error, forward, interpolate or mask.
        test_share: The share of the rows, the last ones, on which ``fit`` compares the network with forecasts without
            one. The network does not learn them.
        dtype: The dtype of weights, states and gradients.
        random_state: The seed of a fit; None for a different one at each.

    Attributes:
        forecaster_: The fitted ``SeriesForecaster``.

    Example:
        >>> from seqtasks_sktime import RecurrentForecaster
        >>> from sktime.datasets import load_airline
        >>> y = load_airline()
        >>> forecaster = RecurrentForecaster(random_state=0).fit(y[:132], fh=range(1, 13))
        >>> errors, persistence = (forecaster.predict() - y[132:]).abs(), (y.iloc[131] - y[132:]).abs()
        >>> bool(errors.mean() < 0.5 * persistence.mean())
        True
    """

    _tags: ClassVar[dict[str, Any]] = {
        "authors": "The seqtasks developers",
        "python_dependencies": "seqtasks",
        "capability:exogenous": True,
        "capability:insample": False,
        "capability:random_state": True,
        "property:randomness": "derandomized",
        "capability:missing_values": False,
        "capability:update": True,
        "capability:categorical_in_X": False,
        "requires-fh-in-fit": True,
        "y_inner_mtype": "pd.Series",
        "X_inner_mtype": "pd.DataFrame",
    }

    def __init__(  # noqa: PLR0917 - as all forecasters of sktime
        self,
        model: Any = "gru",
        trainer: Any = None,
        reference: Literal["auto", "mean", "last", "seasonal", "seasonal-change"] = "auto",
        period: int | None = None,
        calendar: tuple[str, ...] = (),
        missing: Literal["error", "forward", "interpolate", "mask"] = "error",
        test_share: float = 0.2,
        dtype: Literal["float32", "float64"] = "float32",
        random_state: Any = None,
    ) -> None:
        self.model = model
        self.trainer = trainer
        self.reference = reference
        self.period = period
        self.calendar = calendar
        self.missing = missing
        self.test_share = test_share
        self.dtype = dtype
        self.random_state = random_state
        super().__init__()

    def _fit(self, y: pd.Series, X: pd.DataFrame | None, fh: ForecastingHorizon) -> Self:
        settings = self.get_params(deep=False)
        self._name = y.name
        self.forecaster_ = SeriesForecaster(horizon=int(self._steps(fh).max()), **settings).fit(y, _rows(X, y))
        return self

    def _predict(self, fh: ForecastingHorizon, X: pd.DataFrame | None) -> pd.Series:
        steps = self._steps(fh)
        values = np.asarray(self.forecaster_.predict(steps.max()))
        return pd.Series(values[steps - 1], fh.to_absolute_index(self.cutoff), name=self._name)

    def _update(self, y: pd.Series, X: pd.DataFrame | None = None, update_params: bool = True) -> Self:
        new = y.index > self.forecaster_.last_index  # sktime may pass rows again
        if new.any():
            self.forecaster_.update(y[new], _rows(X, y[new]))
        return self

    def _steps(self, fh: ForecastingHorizon) -> NDArray[np.int64]:
        """The rows to forecast, from 1, the one after the last; sktime refuses others because of the tags."""
        return np.asarray(fh.to_relative(self.cutoff).to_pandas(), np.int64)

    @classmethod
    def get_test_params(cls, parameter_set: str = "default") -> list[dict[str, Any]]:
        """Settings for the checks of sktime."""
        return [
            {"model": "gru:units=2", "random_state": 0},
            {"model": "simple-rnn:units=2", "trainer": "online:window=2", "reference": "last", "random_state": 0},
        ]


def _rows(X: pd.DataFrame | None, y: pd.Series) -> pd.DataFrame | None:
    """The rows of X that are those of y; sktime may pass others as well."""
    return None if X is None else X.loc[y.index]
