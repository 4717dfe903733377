"""What fitting through an estimator costs beside the trainer called directly on the same arrays, and Keras's fit."""

from measure import OURS, Record, alternate, workers

SIZES = {
    "digits: 1797 sequences of 8 steps of 8 numbers": (1797, 8, 8),
    "long: 512 sequences of 200 steps": (512, 200, 1),
    "small: 100 sequences of 10 steps": (100, 10, 1),
}
REQUIRED = {"the trainer directly": 1.1, "Keras fit": 1.0}


def main():
    record = Record(__doc__)
    for title, size in SIZES.items():
        ways = workers(
            {
                OURS: ("estimators_work", "estimator", *size),
                "the trainer directly": ("estimators_work", "trainer", *size),
                "Keras fit": ("estimators_work", "keras_fit", *size),
            }
        )
        seconds = alternate({name: lambda way=way: way.ask("run") for name, way in ways.items()}, record.repetitions)
        record.compare(f"20 epochs, GRU 16, {title}", seconds, REQUIRED, unit="seconds", digits=3, less=True)


if __name__ == "__main__":
    main()
