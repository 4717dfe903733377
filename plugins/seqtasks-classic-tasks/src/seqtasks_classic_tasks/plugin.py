"""The plugin's entries. seqtasks imports this module to list them, so it imports nothing heavy."""

from collections.abc import Iterator

from seqtasks.catalogue.entry import Entry
from seqtasks.catalogue.hookspecs import hookimpl

TASKS = (
    ("adding", "Add the two marked numbers of a sequence.", "adding:Adding"),
    ("associative-recall", "Recall the values of keys shown before.", "associative_recall:AssociativeRecall"),
    ("copy-memory", "Repeat a pattern after a delay.", "copy_memory:CopyMemory"),
    ("delayed-match", "Tell whether two noisy stimuli are the same.", "delayed_match:DelayedMatch"),
    ("dyck", "Predict the next of well-nested brackets.", "dyck:Dyck"),
    ("embedded-reber", "Predict a grammar with one far dependency.", "embedded_reber:EmbeddedReber"),
    ("flip-flop", "Hold the sign of each channel's last pulse.", "flip_flop:FlipFlop"),
    ("mackey-glass", "Predict a chaotic series some steps ahead.", "mackey_glass:MackeyGlass"),
    ("majority", "Tell whether most bits were ones.", "majority:Majority"),
    ("modular-arithmetic", "Evaluate an expression modulo a number.", "modular_arithmetic:ModularArithmetic"),
    ("multiplication", "Multiply the two marked numbers of a sequence.", "multiplication:Multiplication"),
    ("n-back", "Tell whether a symbol is that of n steps ago.", "n_back:NBack"),
    ("narma10", "Follow a nonlinear system of order ten.", "narma10:Narma10"),
    ("parity", "Tell whether the ones so far are odd.", "parity:Parity"),
    ("reber", "Predict the next letter of Reber's grammar.", "reber:Reber"),
    ("selective-copy", "Repeat symbols strewn among blanks.", "selective_copy:SelectiveCopy"),
    ("sequential-digits", "Read a handwritten digit line by line.", "sequential_digits:SequentialDigits"),
    ("temporal-order", "Tell in which order two or three marks came.", "temporal_order:TemporalOrder"),
)


@hookimpl
def seqtasks_tasks() -> Iterator[Entry]:
    """The tasks, in alphabetical order."""
    for name, summary, target in TASKS:
        yield Entry(name, summary, f"seqtasks_classic_tasks.{target}")
