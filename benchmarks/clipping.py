"""The effect of clipping on the loss with random targets. The rows of "Why the default does not clip".

    python benchmarks/clipping.py > docs/explanation/clipping-rows.md

echo, GRU of 16 units with Keras's own initial weights, rtrl, 50,000 steps, seeds 0 to 9 side by side; about five
minutes on one core.
"""

import numpy as np
from population import GRU, Population

STEPS = 50_000
SEEDS = range(10)
ROWS = (
    ("default", "none", "rtrl"),
    ("default", "10", "rtrl:clip=10"),
    ("default", "1", "rtrl:clip=1"),
    ("Adam 1e-3", "none", "rtrl:optimizer=adam,optimizer.learning_rate=0.001"),
    ("Adam 1e-3", "1", "rtrl:clip=1,optimizer=adam,optimizer.learning_rate=0.001"),
    ("Adam 1e-4", "none", "rtrl:optimizer=adam,optimizer.learning_rate=0.0001"),
    ("Adam 1e-4", "1", "rtrl:clip=1,optimizer=adam,optimizer.learning_rate=0.0001"),
)


def main() -> None:
    """Print the table in Markdown."""
    print("| optimizer | clip | loss, median (least to greatest) | chance | optimum |")
    print("|---|---|---|---|---|")
    for name, clip, trainer in ROWS:
        population = Population("echo", GRU, SEEDS)
        population.use(trainer)
        population.learn(STEPS)
        found, sticks = population.losses(), population.task.yardsticks()
        loss = f"{np.median(found):.4f} ({found.min():.4f} to {found.max():.4f})"
        print(f"| {name} | {clip} | {loss} | {sticks.chance:.4f} | {sticks.optimum:.4f} |", flush=True)


if __name__ == "__main__":
    main()
