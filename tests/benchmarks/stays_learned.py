"""Which optimizers keep what was learned, with the gradient cut after one step? The rows of "Does it stay learned?".

    python tests/benchmarks/stays_learned.py > docs/explanation/stays-learned-rows.md

prev-bit, GRU of 16 units, dense readout, global norm clipped to 1, seeds 0 to 19; about ten minutes on two cores.
"""

import math

from share_solved import losses

from seqtasks.catalogue.host import Host
from seqtasks.running.result import SOLVED

AT = (2_000, 20_000, 100_000, 300_000)
SEEDS = range(20)
OPTIMIZERS = (
    ("1", "Adam 1e-2", "optimizer=adam,optimizer.learning_rate=0.01"),
    ("1", "Adam 3e-3", "optimizer=adam,optimizer.learning_rate=0.003"),
    ("1", "Adam 1e-3", "optimizer=adam"),
    ("1", "Adam 1e-3, beta_2 0.9999", "optimizer=adam,optimizer.beta_2=0.9999"),
    ("1", "Adam 1e-3, weight decay 1e-3", "optimizer=adam,optimizer.weight_decay=0.001"),
    ("1", "Adam 3e-3, epsilon 1e-2", "optimizer=adam,optimizer.learning_rate=0.003,optimizer.epsilon=0.01"),
    ("1", "AMSGrad 3e-3", "optimizer=adam,optimizer.learning_rate=0.003,optimizer.amsgrad=true"),
    ("1", "AMSGrad 3e-3, epsilon 1e-3: the default", ""),
    ("2", "Adam 3e-3", "optimizer=adam,optimizer.learning_rate=0.003"),
    ("2", "AMSGrad 3e-3, epsilon 1e-3: the default", ""),
)


def main() -> None:
    """Print the table in Markdown."""
    host = Host.start()
    sticks = host.make("tasks", host.spec("tasks", "prev-bit")).yardsticks()
    print(f"| window | optimizer | {' | '.join(f'{steps:,}' for steps in AT)} |")
    print(f"|---|---|{'---|' * len(AT)}")
    for window, name, settings in OPTIMIZERS:
        trainer = f"online:window={window},clip=1.0" + (f",{settings}" if settings else "")
        table = [losses(host, "prev-bit", "gru", trainer, seed, list(AT)) for seed in SEEDS]
        solved = [
            sum(math.isfinite(x) and sticks.skill(x) >= SOLVED for x in column) for column in zip(*table, strict=True)
        ]
        print(f"| {window} | {name} | {' | '.join(map(str, solved))} |", flush=True)


if __name__ == "__main__":
    main()
