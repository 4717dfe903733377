"""A forecaster of one series, several rows ahead.

Axis letters: T rows, F further columns, H horizons.
"""

from collections.abc import Callable
from dataclasses import dataclass, fields
from os import PathLike
from typing import Annotated, Any, Literal, Self, final

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import r2_score
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted

from seqtasks.errors import UsageError
from seqtasks.estimators import estimator_file
from seqtasks.estimators.data.input_checks import warn
from seqtasks.estimators.data.remarks import without_settings
from seqtasks.estimators.data.series import TARGET, TIME, Series
from seqtasks.estimators.spec_estimator import AbstractSpecEstimator, hints_in_messages
from seqtasks.estimators.training.fitted_network import FittedNetwork
from seqtasks.estimators.training.recipe import Recipe, check_settings, current_host
from seqtasks.estimators.transaction import atomic, restorer
from seqtasks.files.prediction import predictions
from seqtasks.files.store import Stored
from seqtasks.running.execution import Judged, Loaded, execute
from seqtasks.running.request import RunRequest
from seqtasks.running.result import TrainedRun
from seqtasks.spec.parameter import Range
from seqtasks.tables.frame import columns_of, label_of


@final
@dataclass(kw_only=True, eq=False, repr=False)
class SeriesForecaster(AbstractSpecEstimator):
    """Forecasts the next rows of a series by a recurrent network.

        forecast(T + h) = scale_h o_h(T) + mean_h + reference_h(T),    h = 1, ..., horizon

    o are the outputs of the network after the last row T, and the reference is the mean, the last value, the value a
    period before the row that is forecast, or that value plus the latest change over a period, whichever has the least
    squared error in the training part. The last one is for up to 25 periods, and has to be better by a quarter. It is
    the task ``table`` with ``ahead=1-horizon``: ``fit`` is a run of it, with its scaling, its validation part and early
    stopping. The last rows are its test part. The network does not learn them; it reads them before it forecasts. If
    its loss there is above that of the best reference, ``fit`` warns. It also warns of gaps, and of columns that are
    no inputs.

    As in other libraries of forecasting, the series comes first: ``fit(y, X)``. So does it for scikit-learn's
    functions, such as ``cross_val_score(forecaster, y, cv=TimeSeriesSplit(test_size=12))``.

    Args:
        model: A model by name or spec, such as ``"gru:units=32"``, or a model.
        horizon: H, the number of rows that are forecast.
        trainer: A trainer by name or spec, or a trainer; None for the default of the task ``table``.
        reference: What the network learns the deviation from; ``auto`` takes the best in the training part.
        period: The number of rows after which the series repeats itself, such as 12; None to find it.
        calendar: Units of the calendar that are inputs, such as ``("hour", "weekday")``, if the series has times:
            minute, hour, weekday, day, yearday, month.
        missing: What is done about missing values: error, forward, interpolate or mask, as in the task ``table``.
        test_share: The share of the rows, the last ones, in the test part; it has at least ``horizon`` rows.
        dtype: The dtype of weights, states and gradients.
        random_state: The seed of initial weights and of the windows that the training draws: an integer, a
            ``RandomState``, or None for a different seed at each fit.

    Attributes:
        result_: The record of the run, a :class:`~seqtasks.running.result.Result`: its ``loss`` in the test part, its
            ``baselines``, and the ``skill``.

    Example:
        >>> t = np.arange(120)
        >>> y = 100 + t + 20 * np.sin(2 * np.pi * t / 12) + np.random.default_rng(0).normal(size=120)
        >>> forecaster = SeriesForecaster(horizon=12, random_state=0).fit(y[:108])
        >>> bool(np.abs(forecaster.predict() - y[108:]).mean() < 0.5 * np.abs(y[107] - y[108:]).mean())
        True
    """

    model: Any = "gru"
    horizon: Annotated[int, Range(low=1)] = 1
    trainer: Any = None
    reference: Literal["auto", "mean", "last", "seasonal", "seasonal-change"] = "auto"
    period: Annotated[int | None, Range(low=1)] = None
    calendar: Any = ()
    missing: Literal["error", "forward", "interpolate", "mask"] = "error"
    test_share: Annotated[float, Range(above=0, below=1)] = 0.2
    dtype: Literal["float32", "float64"] = "float32"
    random_state: Any = None

    @atomic
    def fit(self, y: Any, X: Any = None) -> Self:
        """Train a new network on the series.

        Args:
            y: (T,), in time order: an array, a list, or a Series.
            X: (T, F), further columns whose past helps, such as the weather; an array, or a frame with the index of y.

        Raises:
            ValueError: If y or X have another form.
            UsageError: If a setting is wrong.
            DataError: If values are missing, or the series is constant or too short.
        """
        with hints_in_messages():
            check_settings(self)
            series = Series.of(y, X)
            run = self._run(series)
        assert run.network is not None  # a run of one seed has one
        recipe = Recipe(run.request.objects.get("model", run.request.model), None, None, self.dtype)
        state = {"weights": run.network.weights(), "learner": None}
        self._fitted = FittedNetwork(recipe, run.network.shapes, None, run.request.seed, state)
        self._series, self._encoding, self.result_ = series, run.encoding, run.result
        if run.result.warning is not None:
            warn(run.result.warning)
        return self

    @atomic
    def update(self, y: Any, X: Any = None) -> Self:
        """Append rows that have become known. Later forecasts start from the last of them; the network stays.

        Args:
            y: (T,), the rows that follow the last one.
            X: (T, F), with the columns of the fit; a frame with the index of y, or an array.

        Raises:
            ValueError: If y or X have another form, or do not follow.
        """
        check_is_fitted(self)
        self._series = self._series.followed_by(Series.of(y, X))
        return self

    def predict(self, steps: Any = None) -> Any:
        """Forecast the next rows.

        Args:
            steps: How many, at most ``horizon``; None for ``horizon``. If it is not an integer, its length counts, as
                in ``cross_val_score``.

        Returns:
            (steps,): an array, or a Series with the index of the next rows if y was a Series.

        Raises:
            ValueError: If there are more steps than the horizon of the fit.
        """
        count = self._check_steps(steps)
        return self._series.forecast(self._forecasts()[:count])

    def predict_interval(self, coverage: float = 0.9, steps: Any = None) -> Any:
        """Intervals of the next rows, from the errors in the validation part of the training.

            forecast_h -+ margin_h,   margin_h the k-th smallest of n absolute errors, k = ceil((n + 1) coverage)

        Args:
            coverage: The share of values that an interval should hold: 0.5, 0.8, 0.9, 0.95 or 0.99.
            steps: As for :meth:`predict`.

        Returns:
            (steps, 2), the lower and the upper end; a frame with the columns ``lower`` and ``upper`` if y was a Series.

        Raises:
            UsageError: If the validation part has too few errors for this coverage, or there is none.
        """
        count = self._check_steps(steps)
        margins = self._encoding.margins(coverage)
        if margins is None:
            known = [f"{one:g}" for one, _ in self._encoding.outputs[0].margins if self._encoding.margins(one)]
            raise UsageError(
                f"There are no intervals with a coverage of {coverage:g}.",
                f"Use one of: {', '.join(known)}." if known else "Fit a longer series, or a shorter horizon.",
            )
        values = self._forecasts()
        return self._series.forecast(np.stack([values - margins, values + margins], axis=1)[:count])

    def save(self, path: str | PathLike[str], *, force: bool = False) -> None:
        """Write the fitted forecaster, with the series that it goes on from, to a zip of JSON and plain arrays.

        Args:
            path: The file. An estimator file is replaced; another file only with ``force``.
            force: Whether to replace any file.

        Raises:
            NotFittedError: If the forecaster is not fitted.
            UsageError: If a setting, a column or the index holds an object that a file cannot hold, or the file cannot
                be written.
        """
        estimator_file.save(self, path, force=force)

    @classmethod
    def load(cls, path: str | PathLike[str]) -> Self:
        """Read a fitted forecaster that :meth:`save` wrote. No code from the file is run.

        Raises:
            DataError: If it is not such a file, holds another class, or needs a plugin that is not installed.
        """
        return estimator_file.load_as(cls, path)

    @property
    def last_index(self) -> Any:
        """The index of the last row, at first of fit and then of the updates."""
        check_is_fitted(self)
        return self._series.index[-1]

    def score(self, y: Any, X: Any = None) -> float:
        """R^2 of the forecasts of the next rows.

        Args:
            y: (T,), the rows that follow the last one, at least two and at most ``horizon``.
            X: Ignored.
        """
        series = Series.of(y, None)
        return float(r2_score(series.frame[TARGET], np.asarray(self.predict(len(series)))))

    def _run(self, series: Series) -> TrainedRun:
        """A run of the task ``table`` on the series.

        Raises:
            SeqtasksError: As a run.
        """
        test = max(self.horizon, round(self.test_share * len(series)))  # a shorter part has no row with all targets
        if len(series) - test <= self.horizon:
            raise ValueError(
                f"y has {len(series)} rows, of which {test} are in the test part; expected more than {self.horizon} "
                f"other rows for horizon={self.horizon}. Pass more rows, or lower horizon or test_share."
            )
        host, calendar = current_host(), tuple(self.calendar)
        frame = series.with_times() if calendar else series.frame
        task = host.load("tasks", "table").of(
            frame,
            TARGET,
            ahead=f"1-{self.horizon}",
            kind="real",
            reference=self.reference,
            period=self.period,
            calendar=calendar,
            missing=self.missing,
            time=TIME if calendar else "none",
            test_share=test / len(series),
        )
        seed = int(check_random_state(self.random_state).randint(2**31 - 1))
        request = RunRequest.of(host, task, self.model, self.trainer, seed=seed, dtype=self.dtype)
        for last in execute(request, host=host):
            if isinstance(last, Loaded):
                absent = {each.name for each in fields(task)} - {each.name for each in fields(self)}
                for note in last.notes:
                    warn(without_settings(note, absent))
        assert isinstance(last, Judged)
        if last.run.result.status != "done":
            raise ValueError(
                f"The training ended as {last.run.result.status}. Correct values far from all others, or lower the "
                "learning rate of the trainer."
            )
        return last.run

    def _forecasts(self) -> NDArray[np.float64]:
        """(H,), after the last row."""
        has_times = bool(self._encoding.recipe is not None and self._encoding.recipe.time)
        frame = self._series.with_times() if has_times else self._series.frame
        stored = Stored(self._fitted.network, self._encoding, "", "", self.dtype)
        *_, last = predictions(stored, [columns_of(label_of(frame), frame)], warn)
        return np.asarray(last.values[-1], np.float64)

    def _check_steps(self, steps: Any) -> int:
        check_is_fitted(self)
        horizon = len(self._encoding.outputs)
        count = horizon if steps is None else int(steps) if np.ndim(steps) == 0 else len(steps)
        if not 1 <= count <= horizon:
            raise ValueError(
                f"{count} rows are to be forecast, and the forecaster was fitted with horizon={horizon}. Fit with a "
                "larger horizon, or in a cross-validation use TimeSeriesSplit(test_size=horizon)."
            )
        return count

    def _snapshot(self) -> Callable[[], None]:
        return restorer(self)

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "_fitted")
