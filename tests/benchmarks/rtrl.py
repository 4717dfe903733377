"""Exact real-time recurrent learning, one update at every step: seqtasks against JAX, PyTorch, and the processor.

The influence S (16 x 912) becomes J S + I at every step. That product alone, in a compiled loop, is as fast as a
processor can go that multiplies densely; the ratio to it is the distance that is left, or, beyond 1, what a cell's
structure saves.
"""

from measure import OURS, Record
from online import race
from online_work import SCAN, Setting

LIMIT = "J S alone, compiled"
CONTENDERS = {
    OURS: ("rtrl_seqtasks", "learner", 10 * SCAN, "gru:units=16"),
    "the same, a cell that says nothing": ("rtrl_seqtasks", "learner", 5 * SCAN, "undeclared-gru:units=16"),
    "JAX lax.scan, jacrev, optax": ("rtrl_jax", "rtrl", 5 * SCAN),
    "PyTorch torch.func.jacrev, fused Adam": ("rtrl_torch", "rtrl", 500),
    LIMIT: ("rtrl_jax", "product", 5 * SCAN),
}
REQUIRED = {"JAX lax.scan, jacrev, optax": 1.0, "PyTorch torch.func.jacrev, fused Adam": 50}


def main():
    race(Record(__doc__), "prev-bit, GRU 16, RTRL, Adam, learning rate 0.001", Setting(), CONTENDERS, REQUIRED)


if __name__ == "__main__":
    main()
