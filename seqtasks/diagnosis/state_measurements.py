"""What the state of a network and the gradient through it do, as measurements of a diagnosis."""

from typing import Any, Final

import numpy as np

from seqtasks.diagnosis.credit import credit
from seqtasks.diagnosis.decoding import decode, share_interval
from seqtasks.diagnosis.jacobian import spectral_norms
from seqtasks.diagnosis.measurement import Measurement, counted_steps
from seqtasks.diagnosis.memory_curve import memory_curve
from seqtasks.diagnosis.resampling import interval
from seqtasks.diagnosis.subject import AbstractSubject
from seqtasks.errors import DataError

MOST_LAGS: Final = 48
UNKNOWN_LAGS: Final = 24  # where the lag that the task needs is unknown
JACOBIANS: Final = 128  # steps whose Jacobian is computed
SAME: Final = 0.05  # from 1: a norm of the Jacobian that neither grows nor shrinks
UNREAD: Final = 0.2  # of the variance of the targets: what a fitted readout has to explain more than the network does


def lags_for(needed: int | None, steps: int) -> int:
    """How many lags are measured: twice those that the task needs, at least 8.

    Args:
        needed: The lag that the task needs; None if unknown.
        steps: The steps of a lane, of which a third is left for the average.
    """
    wanted = UNKNOWN_LAGS if needed is None else min(MOST_LAGS, max(8, 2 * needed))
    return max(1, min(wanted, 2 * steps // 3))


def credit_assignment(subject: AbstractSubject) -> Measurement:
    """How far back the gradient of a loss reaches, by the rule of the trainer and as measured."""
    probe, needed, truncation = subject.probe, subject.references.lag, subject.truncation_lag
    found = credit(probe.dynamics, probe.run, probe.slopes, lags_for(needed, probe.run.starts.shape[1]))
    reach = found.reach()
    rule = "through all steps" if truncation is None else f"{counted_steps(truncation)} back"
    end = "at each lag measured" if reach == found.lags[-1] else f"up to {counted_steps(reach)} back"
    sentence = (
        f"The trainer follows the gradient {rule}; in this network its norm stays above 1 % of the largest {end}."
    )
    if needed and np.isfinite(found.relative(needed)):
        first = "now" if found.lags[0] == 0 else "one step back"
        sentence += (
            f" At the lag {needed}, which the task needs, it has {found.relative(needed):.2g} times its norm {first}."
        )
    data = {
        "lag": found.lags.tolist(),
        "norm": found.norms.tolist(),
        "low": found.low.tolist(),
        "high": found.high.tolist(),
    }
    credited = reach if truncation is None else min(reach, truncation)
    return Measurement("credit-assignment", credited, sentence, unit="steps", data=data)


def memory_capacity(subject: AbstractSubject) -> Measurement:
    """Which past inputs a linear readout can decode from the state."""
    probe, needed = subject.probe, subject.references.lag
    lags = lags_for(needed, probe.run.starts.shape[1])
    curve = memory_curve(probe.run.states, probe.encoded, lags, probe.run.starts)
    sentence = "The sum over the lags from 1 of the share of an input's variance that the state holds in linear form."
    if needed and needed < len(curve.share):
        sentence += f" Of the input {counted_steps(needed)} ago it holds {max(0.0, curve.share[needed]):.0%}."
    data = {
        "lag": list(range(len(curve.share))),
        "share": curve.share.tolist(),
        "low": curve.low.tolist(),
        "high": curve.high.tolist(),
    }
    return Measurement("memory-capacity", curve.capacity, sentence, *curve.capacity_interval, "steps", data)


def readable_targets(subject: AbstractSubject) -> Measurement:
    """What share of the targets a linear readout explains that is fitted to the states as they are."""
    probe = subject.probe
    found = decode(probe.run.states, probe.targets, probe.counted)
    if not found.varying:
        raise DataError("The examined targets are all equal.", "Pass rows with different targets.")
    outputs = found.varying
    low, high = share_interval(found)
    share, own = found.share / outputs, probe.explained
    known, read = max(0.0, share), max(0.0, own)
    if known - read > UNREAD:
        meaning = "The state remembers, but the readout cannot read it"
    elif share > 1 - UNREAD:
        meaning = "The state holds the targets, and the readout reads them"
    else:
        meaning = "The state has forgotten what the targets need, or holds it in a form that no linear readout can read"
    sentence = f"{meaning}: a linear readout fitted to the states explains {known:.0%} of the targets' variance, "
    sentence += f"the network's own {read:.0%}."
    data: dict[str, list[Any]] = {"readout": ["fitted", "own"], "explained": [share, own]}
    return Measurement("readable-targets", share, sentence, low / outputs, high / outputs, data=data)


def recurrent_jacobian(subject: AbstractSubject) -> Measurement:
    """By how much a step can stretch a gradient."""
    probe = subject.probe
    lanes, steps = probe.run.starts.shape
    random = np.random.default_rng(0)
    b = random.integers(lanes, size=JACOBIANS)
    t = random.integers(steps, size=JACOBIANS)
    norms = spectral_norms(probe.dynamics, probe.run.inputs[b, t], probe.run.before[b, t])
    low, high = interval(lambda drawn: np.asarray(np.median(norms[drawn])), len(norms))
    value = float(np.median(norms))
    grows = "can grow" if value > 1 + SAME else "shrinks" if value < 1 - SAME else "keeps its norm"
    sentence = (
        f"The median of the greatest singular value of the recurrent Jacobian: from step to step a gradient {grows}."
    )
    quantiles = np.linspace(0, 1, 21)
    data = {"quantile": quantiles.tolist(), "norm": np.quantile(norms, quantiles).tolist()}
    return Measurement("recurrent-jacobian", value, sentence, float(low), float(high), data=data)


STATE_MEASURES: Final = (credit_assignment, memory_capacity, readable_targets, recurrent_jacobian)
"""The measurements that need the states of a network."""
