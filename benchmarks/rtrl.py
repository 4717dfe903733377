"""Exact real-time recurrent learning, one update at every step: seqtasks against JAX, PyTorch, and the processor.

As it is written down, the influence S (16 x 912) becomes J S + I at every step. That product alone, in a compiled
loop, is as fast as who follows the formula can be on this processor. seqtasks lets S stand still for some steps and
moves it once (``docs/decisions/0022-rtrl-by-stretches.md``); the ratio says how near that comes.
"""

from measure import OURS, Record
from online import race
from online_work import SCAN, Setting

LIMIT, UNDECLARED, JAX = "J S alone, compiled", "the same, a cell that says nothing", "JAX lax.scan, jacrev, optax"
CONTENDERS = {
    OURS: ("rtrl_seqtasks", "learner", 10 * SCAN, "gru:units=16"),
    UNDECLARED: ("rtrl_seqtasks", "learner", 5 * SCAN, "undeclared-gru:units=16"),
    JAX: ("rtrl_jax", "rtrl", 5 * SCAN),
    "PyTorch torch.func.jacrev, fused Adam": ("rtrl_torch", "rtrl", 500),
    LIMIT: ("rtrl_jax", "product", 5 * SCAN),
}
REQUIRED = {JAX: 2.5, "PyTorch torch.func.jacrev, fused Adam": 120}


def main():
    record = Record(__doc__)
    title = "prev-bit, GRU 16, RTRL, Adam, learning rate 0.001"
    rates = race(record, title, Setting(), CONTENDERS, REQUIRED)
    record.compare(f"{title}, {UNDECLARED}", {OURS: rates[UNDECLARED], JAX: rates[JAX]}, {JAX: 1.2}, unit="steps/s")


if __name__ == "__main__":
    main()
