"""Settings that are chosen on other seeds than those that are compared."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final, final

from seqtasks.comparison.configuration import Method, Run
from seqtasks.comparison.contest import plural
from seqtasks.errors import DataError, UsageError
from seqtasks.spec.spec import closest

CHOSEN: Final = "chosen"
_SETTING: Final = re.compile(r"[:,]([A-Za-z_][\w.]*)=")


@final
@dataclass(frozen=True)
class Tuned:
    """Runs with the chosen values of a setting.

    Args:
        runs: The runs of the chosen values, on the seeds that did not choose.
        values: For each task and method, the specs with the chosen value, such as ``online:window=4``.
    """

    runs: Sequence[Run]
    values: Mapping[tuple[str, Method], str]


def tuned(runs: Sequence[Run], setting: str, rank_by: str = "skill") -> Tuned:
    """Choose a setting of models or trainers for each method and task, and keep the runs that did not choose it.

    The first half of the seeds chooses: the value with the highest median score. The second half is what is compared,
    so that a value that was lucky on some seeds has no advantage.

    Args:
        runs: The runs, with different values of the setting.
        setting: Its key, such as ``optimizer.learning_rate``.
        rank_by: The skill that the scores are.

    Raises:
        UsageError: If no run has this setting.
        DataError: If there are too few seeds.

    Example:
        >>> methods = [Method("gru", f"online:window={n}") for n in (1, 2)]
        >>> runs = [Run("", "a", m, seed, "done", n) for n, m in enumerate(methods) for seed in range(4)]
        >>> found = tuned(runs, "window")
        >>> [(run.method.trainer, run.seed) for run in found.runs], list(found.values.values())
        ([('online (window chosen)', 2), ('online (window chosen)', 3)], ['gru, online:window=2'])
    """
    known = {name for run in runs for spec in run.method[:2] for name in _SETTING.findall(spec)}
    if setting not in known:
        listed = ", ".join(sorted(known))
        near = closest(setting, sorted(known))
        raise UsageError(
            f"No run has a setting {setting!r} other than its default.",
            f"{near}The runs differ in {listed}." if listed else "Run several values of it first.",
        )
    pattern = re.compile(rf"(?<=[:,]){re.escape(setting)}=[^,]*(?:,|$)")
    families: defaultdict[tuple[str, Method], defaultdict[Method, list[Run]]] = defaultdict(lambda: defaultdict(list))
    parts = {"model": any(pattern.search(run.method.model) for run in runs)}
    parts["trainer"] = any(pattern.search(run.method.trainer) for run in runs)
    for run in runs:
        families[run.task, _without(run.method, pattern, setting, parts)][run.method].append(run)
    kept: list[Run] = []
    values: dict[tuple[str, Method], str] = {}
    for (task, family), candidates in families.items():
        best, later = _choose(task, family, candidates, rank_by)
        kept += [run._replace(method=family) for run in candidates[best] if run.seed in later]
        values[task, family] = f"{best.model}, {best.trainer}"
    return Tuned(kept, values)


def _without(method: Method, pattern: re.Pattern[str], setting: str, parts: Mapping[str, bool]) -> Method:
    """The method without the setting in the specs that may have it: those at its default, too."""
    specs = {
        part: f"{pattern.sub('', getattr(method, part)).rstrip(':,')} ({setting} {CHOSEN})"
        for part, concerned in parts.items()
        if concerned
    }
    return method._replace(**specs)


def _choose(
    task: str, family: Method, candidates: Mapping[Method, Sequence[Run]], rank_by: str
) -> tuple[Method, set[int]]:
    """The best candidate on the first half of the seeds, and the other seeds."""
    seeds = sorted({run.seed for group in candidates.values() for run in group})
    early, later = set(seeds[: len(seeds) // 2]), set(seeds[len(seeds) // 2 :])
    scores = {
        method: [one for run in group if run.seed in early and (one := run.score_by(rank_by)) is not None]
        for method, group in candidates.items()
    }
    known = {method: median(found) for method, found in scores.items() if found}
    if not known:
        raise DataError(
            f"{family.model} on {task} has no result on the first half of {plural(len(seeds), 'seed')}.",
            "A setting is chosen on half of the seeds: run at least two, better twenty.",
        )
    return max(sorted(known), key=lambda method: known[method]), later
