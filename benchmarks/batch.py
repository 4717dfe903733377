"""Batch training, 10 000 sequences of 32 steps, a tenth of them for validation: seqtasks, Keras, PyTorch and JAX."""

from measure import OURS, Record, alternate, workers

CONTENDERS = {
    OURS: ("batch_seqtasks", "learner", "gru", "batch"),
    "Keras fit": ("batch_keras", "fit"),
    "PyTorch GRU, fused Adam": ("batch_torch", "loop"),
    "seqtasks-torch": ("batch_torch", "package"),
    "JAX, an epoch in one program": ("batch_jax", "epoch"),
}
REQUIRED = {"Keras fit": 1.2, "PyTorch GRU, fused Adam": 1.0}


def main():
    record = Record(__doc__, repetitions=9)
    ways = workers(CONTENDERS)
    rates = alternate({name: lambda way=way: way.ask("run") for name, way in ways.items()}, record.repetitions)
    record.compare("prev-bit, GRU 16, mini-batches of 512, Adam", rates, REQUIRED, unit="seq. steps/s")
    print("Do all learn the same? From the same weights, in orders of their own:")
    for name, way in ways.items():
        loss, epochs = way.ask("losses")
        print(f"{name:38} validation loss {loss:.2e} after {epochs} epochs")
        record.add("validation losses", name, loss=loss, epochs=epochs)


if __name__ == "__main__":
    main()
