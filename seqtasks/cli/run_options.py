"""The argument and the options that say what a run is, for the commands that execute one."""

from typing import Annotated

import typer

from seqtasks.cli.options import complete_names

TaskArgument = Annotated[
    str,
    typer.Argument(
        metavar="TASK", autocompletion=complete_names("tasks"), help="Task: a name or a spec, such as delay:lag=3."
    ),
]
ModelOption = Annotated[
    str,
    typer.Option(
        "--model",
        "-m",
        metavar="MODEL",
        autocompletion=complete_names("models"),
        help="Model: a name or a spec, such as gru:units=16.",
    ),
]
TrainerOption = Annotated[
    str | None,
    typer.Option(
        "--trainer",
        "-t",
        metavar="TRAINER",
        autocompletion=complete_names("trainers"),
        help="Trainer: a name or a spec, such as online:window=1. The task sets the default; most tasks use online.",
    ),
]
StepsOption = Annotated[int | None, typer.Option(help="Budget in time steps over all lanes and sequences.")]
EpochsOption = Annotated[int | None, typer.Option(help="Budget in passes over a fixed set, for --trainer batch.")]
SeedOption = Annotated[int, typer.Option(help="Random seed of weights and data.")]
ReplicasOption = Annotated[
    int, typer.Option(metavar="R", help="Train R networks side by side, with the seeds S, S + 1, ...")
]
UnitsOption = Annotated[int | None, typer.Option(help="Shorthand for the model's setting units.")]
LearningRateOption = Annotated[
    float | None, typer.Option(help="Shorthand for the trainer's setting optimizer.learning_rate.")
]
DtypeOption = Annotated[str, typer.Option(metavar="DTYPE", help="Precision: float32 or float64.")]
MetricOption = Annotated[
    list[str] | None,
    typer.Option(
        metavar="METRIC", help="Also evaluate with this scikit-learn scorer, such as f1_macro or r2. Repeatable."
    ),
]
ObserveOption = Annotated[
    list[str] | None,
    typer.Option(
        metavar="OBSERVER",
        autocompletion=complete_names("observers"),
        help="Show each event to this observer of a plugin, such as tensorboard:logdir=logs. Repeatable.",
    ),
]
