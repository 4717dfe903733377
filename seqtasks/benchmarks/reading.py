"""A suite from a TOML file or a mapping: everything is checked before anything runs."""

import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, final

from seqtasks.benchmarks.expansion import expanded
from seqtasks.benchmarks.mistakes import Mistakes
from seqtasks.benchmarks.suite import Grid, Suite
from seqtasks.benchmarks.toml_places import Path as KeyPath
from seqtasks.benchmarks.toml_places import Places, places
from seqtasks.catalogue.host import Host
from seqtasks.comparison.ranking import RANKINGS, check_ranking
from seqtasks.core.dtype import check_dtype
from seqtasks.errors import UsageError, quoted
from seqtasks.lazy import LazyImport
from seqtasks.running.request import MOST, MOST_SEED
from seqtasks.spec.spec import Spec, closest

SPECS: Final = {"tasks": "task", "models": "model", "trainers": "trainer"}
NUMBERS: Final = ("steps", "epochs", "parameters")
OF_GRID: Final = (*SPECS, "seeds", *NUMBERS, "dtype", "metrics")
OF_SUITE: Final = (*OF_GRID, "summary", "climb", "rank_by", "grid", "control", "quick")
OWN: Final = ("models", "trainers")  # of a control: neither the suite nor its quick version replaces them
SEEDS: Final = 10  # of a suite that does not say

_CHECK_NAMES: Final = LazyImport("seqtasks.metrics:check_names")


def read_file(path: Path) -> tuple[dict[str, Any], Places]:
    """The content of a suite file, and where everything stands.

    Args:
        path: The file.

    Raises:
        UsageError: If it cannot be read, or is not TOML.
    """
    try:
        text = path.read_text(encoding="utf-8")
        return tomllib.loads(text), places(text)
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}.", "Name a suite, or a TOML file.") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{path} is not text in UTF-8: byte {error.start}.", "Save the file as UTF-8.") from error
    except tomllib.TOMLDecodeError as error:
        raise UsageError(
            f"{path} is not TOML: {error}.", "Correct the syntax; https://toml.io describes it."
        ) from error


def suite_of(
    host: Host, name: str, content: Mapping[str, Any], where: Places | None = None, *, quick: bool = False
) -> Suite:
    """The suite that a file or a mapping describes.

    Args:
        host: Where names are looked up.
        name: The suite's name, or its file.
        content: The keys ``tasks``, ``models``, ``trainers``, ``seeds``, ``steps``, ``epochs``, ``parameters``,
            ``dtype`` and ``metrics`` of one grid, or of several under ``grid``; ``control``, ``climb``, ``rank_by``,
            ``summary`` and ``quick``.
        where: Where the keys and values of a file stand.
        quick: Whether the values under ``quick`` take the place of the others.

    Raises:
        UsageError: With all mistakes.
    """
    mistakes = Mistakes(name, where)
    reader = _Reader(host, mistakes)
    suite = reader.suite(name, content, quick)
    mistakes.check()
    return suite


@final
class _Reader:
    def __init__(self, host: Host, mistakes: Mistakes) -> None:
        self._host, self._mistakes = host, mistakes

    def suite(self, name: str, content: Mapping[str, Any], quick: bool) -> Suite:
        self._keys((), content, OF_SUITE)
        inner = self._table(("quick",), content.get("quick", {}))
        self._keys(("quick",), inner, OF_GRID)
        climb = content.get("climb", False)
        if not isinstance(climb, bool):
            self._mistakes.add(("climb",), f"climb is {climb!r}.", "climb takes true or false.")
        rank_by = content.get("rank_by", RANKINGS[0])
        with self._mistakes.at(("rank_by",)):
            check_ranking(rank_by)
        grids = []
        for path, table in self._tables(content):
            # a grid's own values come before those of the suite, and those of quick before both
            levels = [((), content), (path, table), *([(("quick",), inner)] if quick else [])]
            if path[:1] == ("control",):
                levels = [(at, level if at == path else _without(level, OWN)) for at, level in levels]
            values = {key: ((*at, key), level[key]) for at, level in levels for key in OF_GRID if key in level}
            grids.append(self._grid(path, values))
        return Suite(name, tuple(grids), bool(climb), str(rank_by))

    def _tables(self, content: Mapping[str, Any]) -> Iterator[tuple[KeyPath, Mapping[str, Any]]]:
        """The path and the keys of each grid and each control; a suite without grids is one itself."""
        if "grid" not in content:
            yield (), {}
        for key in ("grid", "control"):
            tables = content.get(key, [])
            if not isinstance(tables, list):
                self._mistakes.add((key,), f"{key} is not an array of tables.", f"Write [[{key}]] above each {key}.")
                continue
            for number, given in enumerate(tables):
                path: KeyPath = (key, number)
                table = self._table(path, given)
                self._keys(path, table, OF_GRID)
                yield path, table

    def _table(self, path: KeyPath, given: Any) -> Mapping[str, Any]:
        if isinstance(given, Mapping):
            return given
        self._mistakes.add(path, f"{path[-1]} is {quoted(str(given))}, not a table.", "Write key = value under it.")
        return {}

    def _keys(self, path: KeyPath, table: Mapping[str, Any], known: tuple[str, ...]) -> None:
        for key in table:
            if key not in known:
                near = closest(key, list(known))
                self._mistakes.add(
                    (*path, key), f"There is no key {quoted(key)}.", f"{near}The keys are {', '.join(known)}.", key=True
                )

    def _grid(self, path: KeyPath, values: Mapping[str, tuple[KeyPath, Any]]) -> Grid:
        found = {}
        for key, kind in SPECS.items():
            at, given = values.get(key, (path, None))
            if given is None and key != "trainers":
                self._mistakes.add(path, f"There are no {key}.", f'Write {key} = ["NAME"].')
            found[key] = self._specs(at, given, key, kind) if given is not None else ()
        numbers = {key: self._numbers(*values[key], key) if key in values else (None,) for key in NUMBERS}
        if all(key in values for key in ("steps", "epochs")):
            self._mistakes.add(values["epochs"][0], "steps and epochs both set the budget.", "Leave one of them out.")
        at, seeds = values.get("seeds", (path, SEEDS))
        dtype_at, dtype = values.get("dtype", (path, "float32"))
        with self._mistakes.at(dtype_at):
            check_dtype(dtype)
        if numbers["parameters"] != (None,):
            self._without_units(values["models"][0] if "models" in values else path, found["models"])
        trainers: tuple[Spec | None, ...] = found["trainers"] or (None,)
        return Grid(
            tasks=found["tasks"],
            models=found["models"],
            trainers=trainers,
            seeds=self._seeds(at, seeds),
            dtype=str(dtype),
            metrics=self._metrics(*values["metrics"]) if "metrics" in values else (),
            **numbers,
        )

    def _specs(self, path: KeyPath, given: Any, shelf: str, kind: str) -> tuple[Spec, ...]:
        entries = list(given) if isinstance(given, list | tuple) else [given]
        if not entries:
            self._mistakes.add(path, f"The list of {shelf} is empty.", f'Write {shelf} = ["NAME"].')
        found: dict[str, Spec] = {}
        for number, one in enumerate(entries):
            at = (*path, number) if isinstance(given, list | tuple) else path
            if not isinstance(one, str | Spec):
                self._mistakes.add(
                    at,
                    f"The {kind} is an object of {type(one).__name__}, so that its runs have no key in a store.",
                    "Write it as a spec: a name, or NAME:key=value. A plugin gives a class of your own a name.",
                )
                continue
            with self._mistakes.at(at):
                specs = [one] if isinstance(one, Spec) else expanded(self._host, shelf, one)
                found |= {spec.recorded(): spec for spec in specs}
        return tuple(found.values())

    def _metrics(self, path: KeyPath, given: Any) -> tuple[str, ...]:
        """Names of scorers; an empty list takes those of the levels above away."""
        entries = list(given) if isinstance(given, list | tuple) else [given]
        for number, one in enumerate(entries):
            at = (*path, number) if isinstance(given, list | tuple) else path
            if not isinstance(one, str):
                self._mistakes.add(at, f"metrics is {quoted(str(one))}.", 'metrics takes names, such as ["f1_macro"].')
                continue
            with self._mistakes.at(at):
                _CHECK_NAMES([one])
        return tuple(dict.fromkeys(one for one in entries if isinstance(one, str)))

    def _numbers(self, path: KeyPath, given: Any, key: str) -> tuple[int, ...]:
        return self._list(path, given, lambda one: _is_integer(one, 1, MOST), f"{key} takes integers from 1 to {MOST}.")

    def _seeds(self, path: KeyPath, given: Any) -> Sequence[int]:
        """N seeds from 0 on, or a list."""
        if isinstance(given, list | tuple):
            hint = f"seeds takes a number of seeds, or a list of integers from 0 to {MOST_SEED}."
            return self._list(path, given, lambda one: _is_integer(one, 0, MOST_SEED), hint)
        if not _is_integer(given, 1, MOST):
            self._mistakes.add(path, f"seeds is {quoted(str(given))}.", "seeds takes a number of seeds, or a list.")
            return ()
        return range(given)

    def _list(self, path: KeyPath, given: Any, holds: Callable[[Any], bool], hint: str) -> tuple[int, ...]:
        entries = list(given) if isinstance(given, list | tuple) else [given]
        if not entries:
            self._mistakes.add(path, f"The list of {path[-1]} is empty.", hint)
        for number, one in enumerate(entries):
            if not holds(one):
                at = (*path, number) if isinstance(given, list | tuple) else path
                self._mistakes.add(at, f"{path[-1]} is {quoted(str(one))}.", hint)
        return tuple(dict.fromkeys(one for one in entries if holds(one)))

    def _without_units(self, path: KeyPath, models: tuple[Spec, ...]) -> None:
        """Check that a parameter budget can set the units of each model."""
        for model in models:
            names = [parameter.name for parameter in model.parameters]
            if "units" not in names:
                self._mistakes.add(
                    path,
                    f"{model} has no setting units, by which a parameter budget sets its size.",
                    "Leave out parameters, or the model.",
                )
            elif str(model.settings["units"]) != str(dict(zip(names, model.defaults, strict=True))["units"]):
                self._mistakes.add(path, f"{model} and parameters both set its size.", "Leave one of them out.")


def _without(level: Mapping[str, Any], keys: tuple[str, ...]) -> dict[str, Any]:
    return {key: value for key, value in level.items() if key not in keys}


def _is_integer(value: Any, low: int, high: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high
