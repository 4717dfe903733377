"""The examination of a subject: its measurements, its rules, and the verdict."""

import math
from collections.abc import Callable, Iterator
from typing import Final

from seqtasks.diagnosis.diagnosis import Diagnosis, VerdictName
from seqtasks.diagnosis.fault import Fault
from seqtasks.diagnosis.measurement import Measurement, counted_steps
from seqtasks.diagnosis.rule import Rule, Unchecked, name_of
from seqtasks.diagnosis.subject import PREDICTABLE, AbstractSubject
from seqtasks.errors import SeqtasksError, traceback_if_wanted

LEARNED: Final = 0.9  # skill: the optimum is an estimate, and a training need not end at it
NOTHING: Final = 0.1
LOST: Final = 0.3  # of the gap, between the best loss of the training and the last
MOST_LETTERS: Final = 200  # of an error: some hold the data


def examine(subject: AbstractSubject) -> Diagnosis:
    """Measure a subject, apply its rules, and order the faults by their effects.

    A rule or a measurement that fails does not end the examination: what it could not check is in ``unchecked``.
    """
    unchecked = list(subject.remarks)
    measurements = tuple(_measured(subject, unchecked))
    faults: list[Fault] = []
    for rule in subject.rules:
        if reason := subject.postpones(rule, faults):
            unchecked.append(f"{name_of(rule)}: {reason}")
        elif (fault := _applied(rule, subject, unchecked)) is not None:
            faults.append(fault)
    faults.sort(key=lambda fault: -fault.effect)  # stable: of equal effects, that of the first rule
    unchecked = _by_reason(unchecked)
    return Diagnosis(_verdict(subject), tuple(faults), measurements, tuple(unchecked), title=subject.title)


def _by_reason(sentences: list[str]) -> list[str]:
    """The sentences ``name: reason``, those with the same reason as one."""
    names: dict[str, list[str]] = {}
    for sentence in dict.fromkeys(sentences):
        name, _, reason = sentence.partition(": ")
        if reason and " " not in name:
            names.setdefault(reason, []).append(name)
        else:
            names[sentence] = []
    return [f"{', '.join(each)}: {reason}" if each else reason for reason, each in names.items()]


def _applied(rule: Rule, subject: AbstractSubject, unchecked: list[str]) -> Fault | None:
    try:
        found = rule(subject)
    except Exception as error:
        unchecked.append(f"{name_of(rule)}: {_sentence(error)}")
        return None
    if isinstance(found, Unchecked):
        unchecked.append(f"{name_of(rule)}: {found.sentence}")
        return None
    return found


def _sentence(error: Exception) -> str:
    """What an error says, in one line."""
    if isinstance(error, SeqtasksError):
        return error.message
    traceback_if_wanted()
    first = next(iter(str(error).splitlines()), "")
    text = first if len(first) <= MOST_LETTERS else f"{first[:MOST_LETTERS].rsplit(' ', 1)[0]} ..."
    return f"It could not be measured, as {type(error).__name__} was raised: {text}"


def _verdict(subject: AbstractSubject) -> VerdictName:
    if subject.trained is False:
        return "not trained"
    try:
        skill, best = subject.skill, _best_skill(subject)
    except Exception:
        return "unknown"
    if best is not None and best > NOTHING and best - skill > LOST:
        return "learned and lost"
    if _noise(subject):
        return "not learned"
    if skill >= LEARNED:
        return "learned"
    return "partly learned" if skill > NOTHING and not _chance_in_interval(subject) else "not learned"


def _best_skill(subject: AbstractSubject) -> float | None:
    """The skill at the least loss of the training; None if its losses are unknown."""
    losses = [loss for loss in subject.training_losses if loss == loss]  # noqa: PLR0124 - without those that are NaN
    # the optimum of fitted predictors may be above the losses of the network
    return min(subject.references.skill(min(losses)), 1.0) if losses else None


def _noise(subject: AbstractSubject) -> bool:
    """Whether neither a fitted predictor nor the network is better than chance, of which the gap would be a part."""
    references, chance = subject.references, subject.references.chance.value
    if references.exact:
        return False
    learned = subject.loss.value <= chance - subject.fitted_noise * abs(chance)
    return not learned and references.optimum.value > chance - PREDICTABLE * abs(chance)


def _chance_in_interval(subject: AbstractSubject) -> bool:
    loss = subject.loss
    return loss.high is not None and loss.high >= subject.references.chance.value


def _measured(subject: AbstractSubject, unchecked: list[str]) -> Iterator[Measurement]:
    for measure in (*MEASUREMENTS, *subject.measures):
        try:
            yield measure(subject)
        except Exception as error:
            unchecked.append(f"{name_of(measure)}: {_sentence(error)}")


def loss(subject: AbstractSubject) -> Measurement:
    """The loss against chance and optimum."""
    found, references = subject.loss, subject.references
    sentence = (
        f"The best constant has {references.chance.value:.3g}, the best predictor "
        f"{'' if references.exact else 'fitted to the data '}{references.optimum.value:.3g}: "
    )
    closed = f"the network closes {max(subject.skill, 0.0):.0%} of that gap."
    sentence += closed if math.isfinite(found.value) else "the loss of the network is not a number."
    names = ["chance", "memoryless", "optimum", "network"]
    losses = [references.chance, references.memoryless, references.optimum, found]
    columns = {end: [getattr(each, end) for each in losses] for end in ("value", "low", "high")}
    return Measurement("loss", found.value, sentence, found.low, found.high, data={"name": names, **columns})


def lag(subject: AbstractSubject) -> Measurement:
    """How far back the inputs help, against how far the gradient reaches."""
    references = subject.references
    if references.lag is None:
        return Measurement("lag", None, "How far back the targets reach is unknown.", unit="steps")
    back = "The targets need no earlier input" if references.lag == 0 else "Inputs so far back improve the prediction"
    reach = subject.truncation_lag
    gradient = "reaches all steps" if reach is None else f"reaches {counted_steps(reach)} back"
    lags, losses = zip(*references.windows, strict=True) if references.windows else ((), ())
    return Measurement(
        "lag",
        references.lag,
        f"{back}; the gradient of the training {gradient}.",
        references.lag_low,
        references.lag_high,
        "steps",
        data={"lag": lags, "loss": losses},
    )


MEASUREMENTS: Final[tuple[Callable[[AbstractSubject], Measurement], ...]] = (loss, lag)
