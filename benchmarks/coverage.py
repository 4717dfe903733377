"""How many of the 95 % intervals of comparisons hold the truth, over 1000 made-up experiments each.

    python benchmarks/coverage.py

Required: 93 to 97 %, and at least 95 % of the memory horizon, which is one of a few lags. Bounded scores of 5 to 50
seeds on one to four tasks, of the shapes that skills have: uneven, with two peaks, mostly at the optimum.
"""

import argparse

import numpy as np
from scipy.stats import trim_mean

from seqtasks.comparison.bootstrap import interquartile_mean, mean, probability_of_improvement
from seqtasks.comparison.horizon import horizon
from seqtasks.comparison.median import median
from seqtasks.running.share import wilson

LAGS = (1, 2, 4, 8, 16, 32, 64, 128)
LARGE = 400_000  # scores that give the true value
SHAPES = {
    "uneven": lambda rng, n: rng.beta(2, 1, n),
    "two peaks": lambda rng, n: np.where(rng.random(n) < 0.6, rng.normal(0.97, 0.02, n), rng.normal(0.3, 0.1, n)),
    "at the optimum": lambda rng, n: 1 - rng.exponential(0.02, n),
    "at chance": lambda rng, n: rng.normal(0.02, 0.05, n),
}


def share(rng, seeds):
    """The Wilson interval of shares that are drawn evenly from 0.05 to 0.95."""
    true = rng.uniform(0.05, 0.95)
    low, high = wilson(int(rng.binomial(seeds, true)), seeds)
    return low <= true <= high


def reached(rng, seeds):
    """The horizon of curves that fall from 1 to 0 at random lags and slopes."""
    true = 1 / (1 + np.exp(-np.exp(rng.uniform(-1, 2)) * (rng.uniform(-1, 8) - np.arange(len(LAGS)))))
    found = horizon({lag: (int(rng.binomial(seeds, p)), seeds) for lag, p in zip(LAGS, true, strict=True)})
    places = [None, *LAGS]
    place = int(np.argmax(true < 0.9)) if (true < 0.9).any() else len(LAGS)
    return places.index(found.low) <= place <= places.index(found.high)


def held(found, truth):
    return found.low <= truth <= found.high


def experiments(rng, seeds):
    """Name, and a function that makes one experiment and returns whether the interval holds the truth."""
    shapes = list(SHAPES.values())
    large = [shape(rng, LARGE) for shape in shapes]
    centre = float(np.mean([trim_mean(each, 0.25) for each in large]))
    yield "interquartile mean, 4 tasks", lambda: held(interquartile_mean([s(rng, seeds) for s in shapes]), centre)
    difference = float(np.mean([large[0] - large[1], large[2] - large[3]]))
    yield (
        "mean difference, 2 tasks",
        lambda: held(mean([shapes[i](rng, seeds) - shapes[i + 1](rng, seeds) for i in (0, 2)]), difference),
    )
    better = float(np.mean(large[0] > large[1]))
    yield (
        "probability of improvement",
        lambda: held(probability_of_improvement([(shapes[0](rng, seeds), shapes[1](rng, seeds))]), better),
    )
    for name, shape in SHAPES.items():
        truth, middle = trim_mean(shape(rng, LARGE), 0.25), float(np.median(shape(rng, LARGE)))
        yield (
            f"interquartile mean, {name}",
            lambda shape=shape, t=truth: held(interquartile_mean([shape(rng, seeds)]), t),
        )
        if seeds > 5:
            yield f"median, {name}", lambda shape=shape, m=middle: held(median(shape(rng, seeds)), m)
    yield "share solved", lambda: share(rng, seeds)
    yield "memory horizon", lambda: reached(rng, seeds)


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--experiments", type=int, default=1000)
    options.add_argument("--seeds", type=int, nargs="+", default=[5, 10, 20, 50])
    given = options.parse_args()
    for seeds in given.seeds:
        rng = np.random.default_rng(seeds)
        for name, experiment in experiments(rng, seeds):
            found = np.mean([experiment() for _ in range(given.experiments)])
            print(f"{seeds:3} seeds  {found:6.1%}  {name}", flush=True)


if __name__ == "__main__":
    main()
