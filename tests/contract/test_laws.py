"""Every check on every entry of the live catalogue, built-ins and the core's own package, without exception.

Other packages put their entries to the same checks in their own tests.
"""

import math
from importlib.metadata import entry_points
from typing import get_args

import numpy as np
import pytest

from seqtasks.catalogue.host import Host
from seqtasks.checks import DoesNotApply, checks_of
from seqtasks.checks.subject import Kind, Named

OTHERS = {point.name for point in entry_points(group="seqtasks")} - {"xor"}
HOST = Host.start(environ={"SEQTASKS_BLOCK": ",".join(OTHERS)})
SHELVES = {"task": "tasks", "cell": "cells", "model": "models", "trainer": "trainers"}
MORE = {"task": ["delay:symbols=3", "delay:lag=12", "xor:first=2,second=9"], "trainer": ["online:window=20,lanes=2"]}
NEEDED = {  # settings without a default
    "sequences": ":path={folder}/s.npz",
    "table": ":path={folder}/t.csv,target=b,kind=real",
}
SMALL = {"batch": ":sequences=40,length=20,batch_size=4,validation=0"}


def specs(kind):
    """Every name of the shelf, and some settings that are not the default."""
    names = [n for n in HOST.shelf(SHELVES[kind]) if kind != "model" or n not in HOST.shelf("cells")]
    return [name + SMALL.get(name, "") for name in names] + MORE.get(kind, [])


FIXED = {  # a model with fixed recurrent weights
    *("precision", "readout", "stacking", "gradients", "exact-online", "side-by-side"),
    *("structure-step", "structure-jacobian", "structure-columns", "structure-matrix"),
}
# A task that the past does not decide, data of one lane, a cell that declares no structure, a trainer of one network at
# a time: there is nothing to prove.
NOTHING_TO_PROVE = {
    "echo": {"causality"},
    "sequences": {"law", "causality", "memoryless", "optimum-unbeaten", "optimum-reached", "depth"},
    "table": {"law", "causality", "memoryless", "optimum-unbeaten", "optimum-reached", "depth"},
    "delay:lag=12": {"causality"},
    "esn": FIXED,
    "delay-line": FIXED,
    "indrnn": {"structure-matrix"},
    "lru": {"structure-matrix"},
    "rtu": {"structure-matrix"},
    "ridge": {"side-by-side"},
    "rls": {"side-by-side"},
    "mgu": {"structure-step", "structure-jacobian", "structure-columns", "structure-matrix"},
}
made = {}

CASES = [
    pytest.param(
        kind,
        spec,
        check,
        id=f"{kind} {spec}: {check.name}",
        marks=[pytest.mark.tensorflow, pytest.mark.slow] * (kind != "task"),
    )
    for kind in get_args(Kind)
    for spec in specs(kind)
    for check in checks_of(kind)
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """With the files of a table and of sequences."""
    folder = tmp_path_factory.mktemp("table")
    (folder / "t.csv").write_text("a,b\n" + "".join(f"{math.sin(i):.3f},{i * i % 11}\n" for i in range(60)))
    X = np.random.default_rng(0).normal(size=(60, 12, 2))
    np.savez(folder / "s.npz", X=X, y=X.cumsum(axis=1)[..., 0])
    return folder


def subject(kind, spec, folder):
    """Made once for all of its checks, one after another."""
    if made.get("of") != (kind, spec):
        shelf = "models" if kind == "cell" else SHELVES[kind]
        given = HOST.spec(shelf, spec + NEEDED.get(spec, "").format(folder=folder))
        made.update(of=(kind, spec), subject=Named(kind, given, HOST).subject())
    return made["subject"]


@pytest.mark.parametrize(("kind", "spec", "check"), CASES)
def test_every_entry_keeps_the_law(kind, spec, check, folder):
    """And there is nothing to prove only where it is known that there is nothing."""
    if check.name in NOTHING_TO_PROVE.get(spec, ()):
        with pytest.raises(DoesNotApply):
            check(subject(kind, spec, folder))
    else:
        check(subject(kind, spec, folder))


def test_nothing_is_left_out():
    """Every name that can be used has its cases, the package's included."""
    checked = {(case.values[0], case.values[1].partition(":")[0]) for case in CASES}
    every = {
        ("cell" if name in HOST.shelf("cells") else shelf.removesuffix("s"), name)
        for shelf in ("tasks", "models", "trainers")
        for name in HOST.shelf(shelf)
    }
    assert every <= checked
    assert {("task", "xor"), ("cell", "mgu")} <= checked
