"""The RTRL learner of seqtasks on inputs and targets."""

from pathlib import Path

import online_seqtasks

PLUGIN = Path(__file__).with_name("undeclared_gru.py")


def learner(setting, steps, model):
    """``rtrl`` and a model's spec, any whose weights are a GRU's and a readout's."""
    return online_seqtasks.learner(setting, steps, model, "rtrl:lanes=1", [str(PLUGIN)])
