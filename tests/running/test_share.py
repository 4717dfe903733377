"""Shares and their intervals."""

import math
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqtasks.running.share import wilson

PLUGIN = str(Path(__file__).parents[1] / "support" / "numpy_plugin.py")
Z = 1.959963984540054  # the 97.5 % quantile of the normal distribution


@given(st.integers(1, 500).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of))))
def test_it_is_wilsons_interval(counts):
    """The interval solves |s - p| = z sqrt(p (1 - p) / n) for p, as Wilson's formula does."""
    solved, of = counts
    share, spread = solved / of, Z * Z / of
    half = Z * math.sqrt(share * (1 - share) / of + spread / (4 * of))
    low, high = ((share + spread / 2 + sign * half) / (1 + spread) for sign in (-1, 1))
    assert wilson(solved, of) == (pytest.approx(low, abs=1e-12), pytest.approx(high, abs=1e-12))


@pytest.mark.parametrize(("replicas", "loaded"), [(1, False), (2, True)])
def test_only_the_record_of_several_replicas_imports_scipy_stats(replicas, loaded):
    """A run of one network does not wait for that import (Keras, where it computes, imports it anyway)."""
    script = (
        "import sys, seqtasks\n"
        f"seqtasks.run('prev-bit', model='elman', trainer='readout', steps=4, progress=False, replicas={replicas}, "
        f"plugins=[{PLUGIN!r}])\n"
        "print('scipy.stats' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == f"{loaded}\n"
