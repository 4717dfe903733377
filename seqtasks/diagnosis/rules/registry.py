"""The rules by the kind of subject they apply to, causes before their consequences: ties of effects keep the order."""

from typing import Final

from seqtasks.diagnosis.rule import Rule
from seqtasks.diagnosis.rules.dead_units import dead_units
from seqtasks.diagnosis.rules.exploding_gradient import exploding_gradient
from seqtasks.diagnosis.rules.frozen_weights import frozen_weights
from seqtasks.diagnosis.rules.learned_and_lost import learned_and_lost
from seqtasks.diagnosis.rules.learning_rate import learning_rate_high, learning_rate_low
from seqtasks.diagnosis.rules.missing_readout import missing_readout
from seqtasks.diagnosis.rules.no_memory_needed import no_memory_needed
from seqtasks.diagnosis.rules.saturated_gates import saturated_gates
from seqtasks.diagnosis.rules.too_few_units import too_few_units
from seqtasks.diagnosis.rules.too_few_updates import too_few_updates
from seqtasks.diagnosis.rules.truncated_gradient import truncated_gradient
from seqtasks.diagnosis.rules.vanishing_gradient import vanishing_gradient

EVERY_SUBJECT: Final[tuple[Rule, ...]] = (truncated_gradient, missing_readout, no_memory_needed)
"""Rules for plain Keras models and for runs of seqtasks."""

RUN: Final[tuple[Rule, ...]] = (
    learning_rate_high,
    learning_rate_low,
    too_few_updates,
    too_few_units,
    learned_and_lost,
)
"""Rules for runs of seqtasks alone."""

KERAS_MODEL: Final[tuple[Rule, ...]] = (
    frozen_weights,
    dead_units,
    saturated_gates,
    exploding_gradient,
    vanishing_gradient,
    learning_rate_high,
    learning_rate_low,
    too_few_updates,
    too_few_units,
    learned_and_lost,
)
"""Rules for plain Keras models alone."""
