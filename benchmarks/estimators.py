"""The time of fitting with an estimator, compared with a direct call of the trainer and with Keras's fit."""

from measure import OURS, Record, alternate, workers

SIZES = {
    "digits: 1797 sequences of 8 steps of 8 numbers": (1797, 8, 8),
    "long: 512 sequences of 200 steps": (512, 200, 1),
    "small: 100 sequences of 10 steps": (100, 10, 1),
}
DIRECTLY, TORCH, TORCH_DIRECTLY = "the trainer directly", "seqtasks-torch", "its trainer directly"
REQUIRED = {DIRECTLY: 1.1, "Keras fit": 1.0}


def main():
    record = Record(__doc__)
    for name, size in SIZES.items():
        ways = workers(
            {
                OURS: ("estimators_work", "estimator", "gru", "batch", *size),
                DIRECTLY: ("estimators_work", "directly", "gru", "batch", *size),
                "Keras fit": ("estimators_keras", "fit", *size),
                TORCH: ("estimators_work", "estimator", "torch-gru", "torch-batch", *size),
                TORCH_DIRECTLY: ("estimators_work", "directly", "torch-gru", "torch-batch", *size),
            }
        )
        seconds = alternate({name: lambda way=way: way.ask("run") for name, way in ways.items()}, record.repetitions)
        title = f"20 epochs, GRU 16, {name}"
        record.compare(title, seconds, REQUIRED, unit="seconds", digits=3, less=True)
        if TORCH in seconds:
            own = {OURS: seconds[TORCH], DIRECTLY: seconds[TORCH_DIRECTLY]}
            record.compare(f"{title}, by {TORCH}", own, {}, unit="seconds", digits=3, less=True)


if __name__ == "__main__":
    main()
