"""Online training, one update at every step of one stream: seqtasks against Keras, PyTorch and JAX."""

import numpy as np
from measure import OURS, Record, alternate, workers
from online_work import CHECKED, SCAN, UNITS, Setting

CONTENDERS = {
    OURS: ("online_seqtasks", "learner", 10 * SCAN, f"gru:units={UNITS}", "online:window=1"),
    "JAX lax.scan, optax": ("online_jax", "online", 10 * SCAN),
    "PyTorch GRUCell, fused Adam": ("online_torch", "online", 1000),
    "seqtasks-torch": ("online_torch", "package", 1000),
    "Keras train_on_batch": ("online_keras", "train_on_batch", 200),
    "Keras fit": ("online_keras", "fit", 15),
}
REQUIRED = {"JAX lax.scan, optax": 0.95, "PyTorch GRUCell, fused Adam": 50, "Keras fit": 5000}
SETTINGS = {
    "Adam, learning rate 0.001": Setting(),
    "AMSGrad, learning rate 0.003, epsilon 0.001, clipped at 1": Setting(0.003, 0.001, True, 1.0),
}


def race(record, title, setting, contenders, required):
    """Print how fast each learns, and whether all learn the same.

    Args:
        record: Where the figures go.
        title: What is learned, and how.
        setting: The optimizer of all.
        contenders: Names, and module, function, and what it takes after the setting.
        required: As for :meth:`measure.Record.compare`.

    Returns:
        The rates of each.
    """
    ways = workers({name: (module, make, setting, *rest) for name, (module, make, *rest) in contenders.items()})
    rates = alternate({name: lambda way=way: way.ask("run") for name, way in ways.items()}, record.repetitions)
    record.compare(title, rates, required, unit="steps/s")
    losses = {name: found for name, way in ways.items() if (found := way.ask("losses")) is not None}
    ours = losses[OURS][0]
    print(f"Do all learn the same? The first {CHECKED} steps, from the same weights, and the last 1000:")
    for name, (first, last, steps) in losses.items():
        away = float(np.abs(first - ours).max())
        print(f"{name:38}{first.mean():>9.4f}, each within {away:.0e} of ours;{last:>9.4f} by step {steps:,}")
        record.add(f"losses, {title}", name, first=float(first.mean()), away=away, last=last, steps=steps)
    return rates


def main():
    record = Record(__doc__)
    for name, setting in SETTINGS.items():
        race(record, f"prev-bit, GRU 16, window 1, {name}", setting, CONTENDERS, REQUIRED)


if __name__ == "__main__":
    main()
