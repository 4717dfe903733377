"""The rules by the kind of subject they apply to, causes before their consequences: ties of effects keep the order."""

from typing import Final

from seqtasks.diagnosis.rule import Rule
from seqtasks.diagnosis.rules.learning_rate import learning_rate_high, learning_rate_low
from seqtasks.diagnosis.rules.missing_readout import missing_readout
from seqtasks.diagnosis.rules.no_memory_needed import no_memory_needed
from seqtasks.diagnosis.rules.truncated_gradient import truncated_gradient

EVERY_SUBJECT: Final[tuple[Rule, ...]] = (truncated_gradient, missing_readout, no_memory_needed)
"""Rules for plain Keras models and for runs of seqtasks."""

RUN: Final[tuple[Rule, ...]] = (learning_rate_high, learning_rate_low)
"""Rules for runs of seqtasks alone."""

KERAS_MODEL: Final[tuple[Rule, ...]] = ()
"""Rules for plain Keras models alone."""
