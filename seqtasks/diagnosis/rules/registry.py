"""The rules by the kind of subject they apply to, causes before their consequences: ties of effects keep the order."""

from typing import Final

from seqtasks.diagnosis.rule import Rule, name_of
from seqtasks.diagnosis.rules.activation_loss_mismatch import activation_loss_mismatch
from seqtasks.diagnosis.rules.batch_time_swapped import batch_time_swapped
from seqtasks.diagnosis.rules.broadcast_targets import broadcast_targets
from seqtasks.diagnosis.rules.class_imbalance import class_imbalance
from seqtasks.diagnosis.rules.dead_units import dead_units
from seqtasks.diagnosis.rules.dropout_high import dropout_high
from seqtasks.diagnosis.rules.exploding_gradient import exploding_gradient
from seqtasks.diagnosis.rules.frozen_weights import frozen_weights
from seqtasks.diagnosis.rules.future_in_inputs import future_in_inputs
from seqtasks.diagnosis.rules.learned_and_lost import learned_and_lost
from seqtasks.diagnosis.rules.learning_rate import learning_rate_high, learning_rate_low
from seqtasks.diagnosis.rules.missing_readout import missing_readout
from seqtasks.diagnosis.rules.no_memory_needed import no_memory_needed
from seqtasks.diagnosis.rules.output_range import output_range
from seqtasks.diagnosis.rules.padded_rows import mask_ignored, output_on_padding, padding_read
from seqtasks.diagnosis.rules.persistence_suffices import persistence_suffices
from seqtasks.diagnosis.rules.rows_not_continuous import rows_not_continuous
from seqtasks.diagnosis.rules.saturated_gates import saturated_gates
from seqtasks.diagnosis.rules.scale import unscaled_inputs, unscaled_targets
from seqtasks.diagnosis.rules.scaler_saw_test import scaler_saw_test
from seqtasks.diagnosis.rules.shuffled_stateful import shuffled_stateful
from seqtasks.diagnosis.rules.state_not_reset import state_not_reset
from seqtasks.diagnosis.rules.state_reset import state_reset
from seqtasks.diagnosis.rules.step_and_row_targets import last_output_missing, sequence_output_missing
from seqtasks.diagnosis.rules.too_few_units import too_few_units
from seqtasks.diagnosis.rules.too_few_updates import too_few_updates
from seqtasks.diagnosis.rules.truncated_gradient import truncated_gradient
from seqtasks.diagnosis.rules.unpredictable_targets import unpredictable_targets
from seqtasks.diagnosis.rules.vanishing_gradient import vanishing_gradient
from seqtasks.diagnosis.rules.window_too_short import window_too_short

EVERY_SUBJECT: Final[tuple[Rule, ...]] = (truncated_gradient, missing_readout, unpredictable_targets, no_memory_needed)
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
    broadcast_targets,
    sequence_output_missing,
    last_output_missing,
    activation_loss_mismatch,
    output_range,
    future_in_inputs,
    batch_time_swapped,
    shuffled_stateful,
    rows_not_continuous,
    state_reset,
    state_not_reset,
    window_too_short,
    mask_ignored,
    output_on_padding,
    padding_read,
    class_imbalance,
    unscaled_inputs,
    unscaled_targets,
    persistence_suffices,
    scaler_saw_test,
    *EVERY_SUBJECT,
    frozen_weights,
    exploding_gradient,
    dead_units,
    saturated_gates,
    vanishing_gradient,
    dropout_high,
    learning_rate_high,
    learning_rate_low,
    too_few_updates,
    too_few_units,
    learned_and_lost,
)
"""Rules for plain Keras models."""

BY_TRAINING: Final[frozenset[Rule]] = frozenset(
    {dropout_high, learning_rate_high, learning_rate_low, too_few_updates, too_few_units}
)
"""Rules that train copies of a plain Keras model, which takes a part of the time of its training each."""

UNCERTAIN: Final = frozenset({name_of(rule) for rule in (missing_readout, class_imbalance, unpredictable_targets)})
"""Faults that a better training may repair as well, so that copies are trained although these are found."""
