"""Real data: seqtasks compared with alternatives. Every figure of docs/explanation/real-data.md.

    python benchmarks/real_data.py > docs/explanation/real-data-rows.md

Everything random uses the five seeds 0 to 4. ``--seeds 1 --only sunspots`` tries it out.
"""

import argparse
import statistics
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, replace
from multiprocessing import get_context
from typing import Any

from real_sets import digits, sea
from real_streams import weekly_co2, yearly_sunspots
from real_work import KERAS, Setting, followed, judged

COLUMNS = ("data", "who", "settings", "score", "median", "least", "greatest", "seconds", "the first")


@dataclass(frozen=True)
class Row:
    """A contender.

    Args:
        who: Its name.
        module: Where it is.
        make: The function there that makes it.
        setting: What that is given.
    """

    who: str
    module: str
    make: str
    setting: Any = None

    @property
    def settings(self) -> str:
        """The chosen settings, for the table."""
        chosen = asdict(self.setting) if isinstance(self.setting, Setting) else self.setting or {}
        return ", ".join(f"`{key}={value}`" for key, value in chosen.items() if value != "")


@dataclass(frozen=True)
class Data:
    """A data set and its contenders.

    Args:
        name: What it is.
        score: What is computed.
        given: Makes what each contender is given.
        judge: Judges one.
        rows: The contenders.
    """

    name: str
    score: str
    given: Callable[[], Any]
    judge: Callable[..., tuple[float, float]]
    rows: tuple[Row, ...]


def networks(setting: Setting) -> tuple[Row, ...]:
    """The same network and epochs, in three libraries, and in one of them by seqtasks, too."""
    torch = replace(setting, model=f"torch-gru:units={setting.units}", trainer="torch-batch")
    return (
        Row("seqtasks", "real_seqtasks", "sequences", setting),
        Row("Keras by hand", "real_keras", "Network", setting),
        Row("PyTorch by hand", "real_torch", "Network", setting),
        Row("seqtasks-torch", "real_seqtasks", "sequences", torch),
    )


ROWS = Setting(units=64, learning_rate=0.005, batch_size=32, epochs=30)
PIXELS = Setting(units=64, learning_rate=0.005, batch_size=64, epochs=40)
SEA = Setting(units=16, learning_rate=0.003, batch_size=32, epochs=100)
GRU = {"model": f"gru:units=16,{KERAS}", "trainer": "rtrl", "learning_rate": 0.003}
LRU = replace(PIXELS, model="lru:units=64,r_min=0.9")
CONSTANT = Row("constant", "real_sklearn", "constant")
STREAM = (
    Row("persistence", "real_streams", "persistence"),
    Row("mean so far", "real_streams", "mean_so_far"),
    Row("seqtasks", "real_seqtasks", "rows", GRU),
)
DATA = (
    Data(
        "sunspots, next year",
        "MAE, spots",
        yearly_sunspots,
        followed,
        (*STREAM, Row("SGD, lagged", "real_sklearn", "lagged", {"window": 9, "eta0": 0.01})),
    ),
    Data(
        "CO2, next week",
        "MAE, ppm",
        weekly_co2,
        followed,
        (*STREAM, Row("SGD, lagged", "real_sklearn", "lagged", {"window": 52, "eta0": 0.0003})),
    ),
    Data(
        "sea, half a year ahead",
        "MAE, °C",
        sea,
        judged,
        (
            CONSTANT,
            Row("the same month a year before", "real_sklearn", "year_before"),
            Row("ridge regression, lagged", "real_sklearn", "linear", {"alpha": 1.0}),
            Row("gradient boosting, lagged", "real_sklearn", "boosting", {"learning_rate": 0.03, "max_iter": 100}),
            Row("seqtasks", "real_seqtasks", "sequences", SEA),
        ),
    ),
    Data(
        "digits, row by row",
        "accuracy",
        lambda: digits(8),
        judged,
        (
            CONSTANT,
            Row("logistic regression, all at once", "real_sklearn", "linear", {"C": 10.0}),
            Row("SVC, all at once", "real_sklearn", "kernel", {"C": 3.0}),
            *networks(ROWS),
        ),
    ),
    Data(
        "digits, pixel by pixel",
        "accuracy",
        lambda: digits(64),
        judged,
        (*networks(PIXELS), Row("seqtasks, `lru`", "real_seqtasks", "sequences", LRU)),
    ),
)


def main() -> None:
    """Print the table in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=5, help="how many (%(default)s)")
    parser.add_argument("--only", default="", metavar="WORD", help="no data but those named so")
    wanted = parser.parse_args()
    print(f"| {' | '.join(COLUMNS)} |\n|{'---|' * len(COLUMNS)}")
    apart = Processes()
    for data in DATA:
        if wanted.only in data.name:
            given = data.given()
            for row in data.rows:
                found = [
                    apart.call(row.who, data.judge, row.module, row.make, row.setting, given, seed)
                    for seed in range(wanted.seeds)
                ]
                show(data, row, *zip(*found, strict=True))


class Processes:
    """One for each contender, idle while another works: these libraries bring threads, and native code that clashes."""

    def __init__(self) -> None:
        self._of: dict[str, ProcessPoolExecutor] = {}

    def call(self, who: str, function: Callable[..., Any], *arguments: Any) -> Any:
        """What the function returns in the process of that contender."""
        if who not in self._of:
            self._of[who] = ProcessPoolExecutor(1, get_context("spawn"))
        return self._of[who].submit(function, *arguments).result()


def show(data: Data, row: Row, scores: tuple[float, ...], seconds: tuple[float, ...]) -> None:
    """One line of the table."""
    median, least, greatest = (f"{f(scores):.3f}" for f in (statistics.median, min, max))
    typical = statistics.median(seconds)
    print(
        f"| {data.name} | {row.who} | {row.settings} | {data.score} | {median} | {least} | {greatest} "
        f"| {typical:.2f} | {seconds[0]:.2f} |",
        flush=True,
    )


if __name__ == "__main__":
    main()
