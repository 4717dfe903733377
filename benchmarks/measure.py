"""Alternating measurements of seqtasks and its peers, printed as ratios next to the required ones."""

import argparse
import importlib
import json
import multiprocessing
import os
import platform
import statistics
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from seqtasks.errors import UsageError

OURS = "seqtasks"
PACKAGES = (
    "seqtasks",
    "seqtasks-torch",
    "seqtasks-native",
    "numba",
    "numpy",
    "tensorflow",
    "tensorflow-cpu",
    "keras",
    "torch",
    "jax",
    "optax",
    "typer",
)


class Record:
    """What a script measured: printed at once, and written with ``--json FILE``."""

    def __init__(self, description, repetitions=5):
        parser = argparse.ArgumentParser(description=description)
        parser.add_argument("--json", metavar="FILE", type=Path, help="write the figures here")
        parser.add_argument("--repetitions", type=int, default=repetitions, help="of everything in turn (%(default)s)")
        options = parser.parse_args()
        self.repetitions, self._file = options.repetitions, options.json
        self._content = {"python": platform.python_version(), "cpu": cpu(), "load": os.getloadavg()[0]}
        self._content |= {"versions": versions(), "tables": {}}
        for key in ("cpu", "load", "python", "versions"):
            print(f"{key}: {self._content[key]}")

    def add(self, table, row, **figures):
        """Keep the figures of a row, and write all rows so far if asked to."""
        self._content["tables"].setdefault(table, {})[row] = figures
        if self._file is not None:
            self._file.write_text(json.dumps(self._content, indent=1) + "\n")

    def compare(self, table, figures, required, *, unit, digits=0, less=False):
        """Print our figure divided by each other's: the median of the repetitions' ratios.

        Args:
            table: The table's name.
            figures: From :func:`alternate`.
            required: What the ratio to each must reach, or must not exceed where less is better.
            unit: Of the figures.
            digits: Of the figures, behind the point.
            less: Whether the figures are seconds rather than speeds.
        """
        print(f"\n{table}\n{'':38}{unit:>16}{'from':>12}{'to':>12}{'ratio':>10}{'required':>12}")
        for name, values in figures.items():
            ratio = statistics.median(own / other for own, other in zip(figures[OURS], values, strict=True))
            median, low, high = (f"{f(values):,.{digits}f}" for f in (statistics.median, min, max))
            line = f"{name:38}{median:>16}{low:>12}{high:>12}{ratio:>10,.2f}"
            if bound := required.get(name):
                met = ratio <= bound if less else ratio >= bound
                line += f"{'<=' if less else '>=':>7}{bound:>5g}  {'met' if met else 'MISSED'}"
            print(line, flush=True)
            self.add(table, name, unit=unit, figures=values, ratio=ratio, required=bound)


class Worker:
    """A contender in a process of its own, for these libraries bring threads, and native code that clashes.

    Args:
        module: The module that makes it.
        make: The function, in that module, that makes it.
        arguments: The function's arguments.
    """

    def __init__(self, module, make, *arguments):
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        context.Process(target=_serve, args=(theirs, module, make, arguments), daemon=True).start()
        theirs.close()  # so that the end of the process is the end of the pipe

    def missing(self):
        """What is missing, in a sentence, once the contender is ready or never will be."""
        return self._pipe.recv()

    def ask(self, method):
        """What that method of the contender returns."""
        self._pipe.send(method)
        return self._pipe.recv()


def _serve(pipe, module, make, arguments):
    try:
        contender = getattr(importlib.import_module(module), make)(*arguments)
    except (ModuleNotFoundError, UsageError) as error:  # no such library, or no package with such a name
        pipe.send(str(error))
        return
    pipe.send(None)
    with suppress(EOFError):  # the parent process has ended
        while True:
            pipe.send(getattr(contender, pipe.recv())())


def workers(contenders):
    """A worker for each name's arguments; a word about those for which something is not installed.

    Args:
        contenders: Names, and :class:`Worker`'s arguments.
    """
    made = {name: Worker(*arguments) for name, arguments in contenders.items()}
    missing = {name: worker.missing() for name, worker in made.items()}
    for name, why in missing.items():
        if why:
            print(f"{name} is left out; benchmarks/README.md says what to install: {why}")
    return {name: worker for name, worker in made.items() if not missing[name]}


def alternate(works, repetitions):
    """Every work's figures, in turn, so that another load on the machine meets them all alike.

    Args:
        works: Names, and functions that return a figure.
        repetitions: How often each is called.
    """
    figures = {name: [] for name in works}
    for _ in range(repetitions):
        for name, work in works.items():
            figures[name].append(work())
    return figures


def versions():
    """The versions of everything that is compared, of what is there."""
    found = {}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def cpu():
    """How many processors of which name this process may use."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    names = {line.split(":")[1].strip() for line in lines if line.startswith("model name")}
    return f"{len(os.sched_getaffinity(0))} x {', '.join(names)}"
