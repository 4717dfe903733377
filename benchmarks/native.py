"""The loops of seqtasks-native, an update at every step of a stream, against JAX, C, and the XLA loops of seqtasks."""

from measure import OURS, Record
from online import race
from online_work import SCAN, Setting

JAX, C, XLA = "JAX lax.scan, optax", "C, -O3 -march=native -ffast-math", "seqtasks, compiled by XLA"
WINDOW = {
    OURS: ("online_seqtasks", "learner", 20 * SCAN, "native-gru:units=16", "native-online:window=1"),
    JAX: ("online_jax", "online", 10 * SCAN),
    C: ("native_c", "online", 20 * SCAN),
    XLA: ("online_seqtasks", "learner", 10 * SCAN, "gru:units=16", "online:window=1"),
    "SnAp-1, native": ("online_seqtasks", "learner", 10 * SCAN, "native-gru:units=16", "native-snap"),
}
RTRL = {
    OURS: ("online_seqtasks", "learner", 10 * SCAN, "native-gru:units=16", "native-rtrl"),
    "JAX lax.scan, jacrev, optax": ("rtrl_jax", "rtrl", 5 * SCAN),
    XLA: ("online_seqtasks", "learner", 5 * SCAN, "gru:units=16", "rtrl"),
}


def main():
    record = Record(__doc__)
    race(record, "prev-bit, GRU 16, window 1, Adam", Setting(), WINDOW, {JAX: 5, C: 0.6})
    race(record, "prev-bit, GRU 16, RTRL, Adam", Setting(), RTRL, {"JAX lax.scan, jacrev, optax": 3})


if __name__ == "__main__":
    main()
