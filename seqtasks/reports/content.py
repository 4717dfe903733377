"""What a report states: tables, verdicts, and notes about what limits them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, final

from seqtasks.comparison.configuration import Configuration, Method, configurations, names
from seqtasks.comparison.contest import plural
from seqtasks.comparison.lags import Lagged, Memory, memories
from seqtasks.comparison.leaderboard import Standing, leaderboard, task_verdicts
from seqtasks.comparison.ranking import PREQUENTIAL, WORDS, check_ranking, other_than
from seqtasks.comparison.sizes import without_task_sizes
from seqtasks.comparison.tuning import Tuned, tuned
from seqtasks.comparison.versions import newest
from seqtasks.errors import DataError, UsageError
from seqtasks.reports.mixtures import mixtures
from seqtasks.reports.source import AbstractSource, Facts
from seqtasks.reports.task_names import without_folders
from seqtasks.spec.spec import split

FEW: Final = 10  # seeds, below which intervals are less certain than they state


@final
@dataclass(frozen=True)
class Row:
    """A method on a task.

    Args:
        configuration: Its runs.
        name: The name of the method.
        verdict: The comparison with the best method on the task, in words.
        chosen: Model and trainer with the value of the setting that was chosen; nothing if none was.
    """

    configuration: Configuration
    name: str
    verdict: str
    chosen: str = ""


@final
@dataclass(frozen=True)
class Content:
    """Everything that a report states.

    Args:
        source: Where the runs come from.
        runs: How many runs are compared.
        names: The name of each method, the best one first.
        standings: The leaderboard.
        rows: Each method on each task.
        memories: The memory horizons.
        facts: The facts of one run of each task, by task.
        notes: Sentences about what limits the comparison.
        rank_by: The skill that methods are ranked by: ``skill`` or ``prequential``.
    """

    source: AbstractSource
    runs: int
    names: Mapping[Method, str]
    standings: Sequence[Standing]
    rows: Sequence[Row]
    memories: Sequence[Memory]
    facts: Mapping[str, Facts]
    notes: Sequence[str]
    rank_by: str = "skill"

    @property
    def measure(self) -> str:
        """The skill that methods are ranked by, in words."""
        return WORDS[self.rank_by]

    @cached_property
    def beside(self) -> str | None:
        """The other skill in words; None if no run has it."""
        return WORDS[other_than(self.rank_by)] if any(row.configuration.beside for row in self.rows) else None

    @cached_property
    def metrics(self) -> list[str]:
        """The metrics of any run."""
        return list(dict.fromkeys(metric.name for row in self.rows for metric in row.configuration.metrics))

    @property
    def tasks(self) -> list[str]:
        """The tasks, in order."""
        return list(dict.fromkeys(row.configuration.task for row in self.rows))

    def yardstick(self, task: str, name: str) -> float | None:
        """The ``chance``, the ``memoryless`` or the ``optimum`` of a task; None if it is unknown."""
        record = self.facts[task].record if task in self.facts else None
        value: float | None = None if record is None else record[name]
        return value


def content(source: AbstractSource, tune: str | None = None, rank_by: str = "skill") -> Content:
    """Compare the runs of a source.

    Args:
        source: The runs.
        tune: A setting to choose on half of the seeds, such as ``optimizer.learning_rate``; the other half is compared.
        rank_by: The skill that methods are ranked by: ``skill`` or ``prequential``.

    Raises:
        UsageError: If no run has this setting, or there is no such skill.
        DataError: If no run has ended, none has a prequential skill to rank by, or there are too few seeds to choose
            the setting.
    """
    check_ranking(rank_by)
    runs = [run for run in source.runs() if run.status in ("done", "diverged", "failed", "hung")]
    if not runs:
        raise DataError(
            f"No run of {source.name} has ended.",
            "List the runs with seqtasks runs, or run a suite with seqtasks bench.",
        )
    if rank_by == PREQUENTIAL and all(run.prequential is None for run in runs):
        raise DataError(
            f"No run of {source.name} has a prequential skill.",
            "Tasks with a test part in time order have one: seqtasks bench streams. Otherwise leave out --rank-by.",
        )
    runs, others = newest(without_folders(runs))
    sized = without_task_sizes(runs)
    choice = Tuned(sized, {}) if tune is None else tuned(sized, tune, rank_by)
    found, replaced = configurations(choice.runs, rank_by)
    named = names(each.method for each in found)
    standings = leaderboard(found, named)
    facts = _facts(source, found)
    order = dict.fromkeys([*(each.method for each in standings), *(each.method for each in found)])
    rows = [
        Row(each, named[each.method], words, choice.values.get((each.task, each.method), ""))
        for each, words in zip(found, task_verdicts(found, named), strict=True)
    ]
    rows.sort(key=lambda row: _place(row.configuration.task, facts))
    lagged = {task: place for task in facts if (place := lag_of(task, facts[task].request["task"])) is not None}
    return Content(
        source,
        len(choice.runs) - replaced,
        {method: named[method] for method in order},
        standings,
        rows,
        memories(found, lagged, named),
        facts,
        [*_choice(tune, choice), *_notes(found, standings, others, replaced)],
        rank_by,
    )


def lag_of(task: str, recorded: str) -> Lagged | None:
    """The family and the lag of a task; None if it has no setting ``lag``.

    Args:
        task: Its spec as it is displayed.
        recorded: Its spec with every setting.

    Example:
        >>> lag_of("delay:lag=3,symbols=4", "delay:lag=3,symbols=4,p=0.25"), lag_of("delay", "delay:lag=1")
        (Lagged(family='delay:symbols=4', lag=3), Lagged(family='delay', lag=1))
    """
    try:
        _, settings = split(recorded)
        lag = int(settings["lag"].pieces[0].text)
    except (UsageError, KeyError, ValueError, IndexError):
        return None
    family = task.replace(f"lag={lag},", "").replace(f"lag={lag}", "").rstrip(":,")
    return Lagged(family, lag)


def _facts(source: AbstractSource, found: Sequence[Configuration]) -> dict[str, Facts]:
    """The facts of one run of each task, preferably one with a result."""
    chosen: dict[str, str] = {}
    for each in sorted(found, key=lambda each: not each.scores):
        run = next((run for run in each.runs if run.score is not None), each.runs[0])
        chosen.setdefault(each.task, run.key)
    known = source.facts(list(chosen.values()))
    return {task: known[key] for task, key in chosen.items() if key in known}


def _place(task: str, facts: Mapping[str, Facts]) -> tuple[str, int, str]:
    """Tasks of a family stand together, in order of their lags."""
    place = lag_of(task, facts[task].request["task"]) if task in facts else None
    return (task, 0, "") if place is None else (place.family, place.lag, task)


def _choice(tune: str | None, choice: Tuned) -> list[str]:
    if tune is None:
        return []
    seeds = {run.seed for run in choice.runs}
    return [
        f"{tune} is chosen for each method on each task, by the highest median skill on the first half of the seeds. "
        f"The other half, {plural(len(seeds), 'seed')}, is compared."
    ]


def _notes(found: Sequence[Configuration], standings: Sequence[Standing], others: int, replaced: int) -> list[str]:
    notes = []
    failed, diverged = (sum(each.count(*how) for each in found) for how in (("failed", "hung"), ("diverged",)))
    if failed:
        notes.append(f"{plural(failed, 'run')} failed or hung, and {_verb(failed)} not compared.")
    if diverged:
        notes.append(f"{plural(diverged, 'run')} diverged, and {_verb(diverged)} compared with a skill of -1.")
    if others:
        notes.append(
            f"{plural(others, 'run')} of other versions of seqtasks, of plugins, or of the data {_verb(others)} left "
            "out: each configuration has the runs of the version that ran last."
        )
    if replaced:
        notes.append(f"{plural(replaced, 'run')} {_verb(replaced)} replaced by later ones of the same seed.")
    notes += mixtures(found)
    few = sum(0 < len(each.scores) < FEW for each in found)
    if few:
        notes.append(
            f"{few:,} of {len(found):,} configurations have fewer than {FEW} seeds: their intervals are less certain "
            "than they state."
        )
    unranked = sum(each.rank is None for each in standings)
    if unranked:
        notes.append(f"{plural(unranked, 'method')} without a result on some tasks {_verb(unranked)} not ranked.")
    return notes


def versions(facts: Iterable[Facts]) -> dict[str, str]:
    """The versions of the libraries; several of the same library in one text.

    Args:
        facts: The facts of some runs.
    """
    seen: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for each in facts:
        record: Mapping[str, Any] = each.record or {}
        for name, version in record.get("versions", {}).items():
            seen[name][version] = None
    return {name: ", ".join(found) for name, found in seen.items()}


def _verb(number: int) -> str:
    return "is" if number == 1 else "are"
