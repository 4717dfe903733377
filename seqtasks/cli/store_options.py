"""The options that say which stored runs are meant."""

from typing import Annotated, Final

import typer

from seqtasks.cli.options import complete_names

_NAMED: Final = "a name or a spec as it is displayed."

StoreOption = Annotated[
    str | None,
    typer.Option(
        "--store",
        metavar="FILE",
        help="Store of the runs. The default is SEQTASKS_STORE, or else seqtasks-runs.sqlite of the project.",
    ),
]
TaskFilter = Annotated[
    str | None, typer.Option(autocompletion=complete_names("tasks"), help=f"Only runs of this task: {_NAMED}")
]
ModelFilter = Annotated[
    str | None, typer.Option(autocompletion=complete_names("models"), help=f"Only runs of this model: {_NAMED}")
]
TrainerFilter = Annotated[
    str | None, typer.Option(autocompletion=complete_names("trainers"), help=f"Only runs of this trainer: {_NAMED}")
]
