"""What each online rule costs as networks grow: steps/s, bytes of what is carried of the past, and peak memory.

    python benchmarks/scaling.py > docs/explanation/scaling-rows.md

Steps are counted by seconds of one processor, so that a busy machine changes little.
The exponent is that of a step's seconds over the units, a straight line in log-log through the larger half of the
sizes, next to the one that the rule's arithmetic has for ever larger networks. Small networks cost what a step of a
compiled loop costs, for any rule.
"""

import os
import statistics
import sys
from collections.abc import Callable
from contextlib import redirect_stdout
from dataclasses import dataclass

import numpy as np
from by_name import ADAM
from measure import Record, Worker

UNITS = (8, 16, 32, 64, 128, 256)
LONGEST = 3.0  # seconds of one step; beyond, a size is skipped
FLOAT = 4  # bytes


@dataclass(frozen=True)
class Rule:
    """A trainer, and what is known of it.

    Args:
        trainer: Its spec.
        model: A model that it is for.
        order: A step's multiplications grow as units to this power, with one input.
        carried: N state values in K arrays, and P recurrent weights, that are carried of the past.
        formula: The same to be read.
    """

    trainer: str
    model: str
    order: float
    carried: Callable[[int, int, int], int]
    formula: str


RULES = {
    "online:window=1": Rule(f"online:window=1,{ADAM}", "gru", 2, lambda n, k, p: 0, "nothing"),
    "rtrl": Rule(f"rtrl:{ADAM}", "gru", 3.5, lambda n, k, p: n * p + round(n**1.5 * p**0.5), "N P + N^1.5 P^0.5"),
    "snap": Rule(f"snap:{ADAM}", "gru", 2, lambda n, k, p: k * p, "K P"),
    "rflo": Rule(f"rflo:{ADAM}", "gru", 2, lambda n, k, p: k * p, "K P"),
    "uoro": Rule(f"uoro:{ADAM}", "gru", 2, lambda n, k, p: n + p, "N + P"),
    "kf-rtrl": Rule(f"kf-rtrl:{ADAM}", "leaky-rnn", 3, lambda n, k, p: p // n + n * n, "P / N + N^2"),
    "diagonal": Rule(f"diagonal:{ADAM}", "lru", 1, lambda n, k, p: k * p, "K P"),
}


def main():
    os.environ["TF_NUM_INTRAOP_THREADS"] = "1"  # of the workers
    with redirect_stdout(sys.stderr):
        record = Record(__doc__, repetitions=3)
    print(
        "| trainer | model | units | weights P | steps/s | carried of the past | peak resident size | the learner's |"
    )
    print("|---|---|---|---|---|---|---|---|")
    seconds = {name: measured(record, name, rule) for name, rule in RULES.items()}
    print("\n| trainer | model | carried | seconds per step, exponent | over units | in theory |")
    print("|---|---|---|---|---|---|")
    for name, found in seconds.items():
        rule, fitted, over = RULES[name], *fit(found)
        print(f"| {name} | {rule.model} | {rule.formula} | {fitted} | {over} | {rule.order} |")


def measured(record, name, rule):
    """Print a row for each size; the seconds of a step at each that was measured."""
    seconds = {}
    for units in UNITS:
        head = f"| {name} | {rule.model} | {units} |"
        if seconds:
            last = max(seconds)
            expected = seconds[last] * (units / last) ** rule.order
            if expected > LONGEST:
                print(f"{head} | skipped: a step would take about {expected:.0f} s | | | |", flush=True)
                continue
        worker = Worker("by_name", "ByName", f"{rule.model}:units={units}", rule.trainer)  # its memory is its own
        worker.missing()
        if why := worker.ask("made"):
            print(f"{head} | {why} | | | |", flush=True)
            continue
        rates = [worker.ask("processor_rate") for _ in range(record.repetitions)]
        state, arrays, weights = worker.ask("sizes")
        carried, (peak, learner) = FLOAT * rule.carried(state, arrays, weights), worker.ask("memory")
        rate = statistics.median(rates)
        seconds[units] = 1 / rate
        row = f"{weights:,} | {float(f'{rate:.3g}'):,g} | {amount(carried)} | {peak:,.0f} MiB | {learner:,.0f} MiB |"
        print(f"{head} {row}", flush=True)
        record.add(
            name, units, unit="steps/s", figures=rates, weights=weights, carried=carried, peak=peak, learner=learner
        )
    return seconds


def fit(seconds):
    """The exponent of seconds over units in the larger half of the sizes, and which these are."""
    larger = sorted(seconds)[len(seconds) // 2 :]
    if len(larger) < 2:
        return "", ""
    slope = np.polyfit(np.log(larger), np.log([seconds[units] for units in larger]), 1)[0]
    return f"{slope:.2f}", f"{larger[0]} to {larger[-1]}"


def amount(size):
    """Bytes to be read: 58,368 is 57.0 KiB."""
    for unit in ("B", "KiB", "MiB"):
        if size < 1024:
            return f"{size:.3g} {unit}"
        size /= 1024
    return f"{size:.3g} GiB"


if __name__ == "__main__":
    main()
