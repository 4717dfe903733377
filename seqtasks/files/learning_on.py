"""A network of a file that learns on as rows come, and the file that it is saved in."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final, Self, final

from seqtasks.catalogue.host import Host
from seqtasks.catalogue.versions import versions
from seqtasks.core.task import Objective
from seqtasks.core.trainer import AbstractStreamLearner
from seqtasks.errors import DataError, SeqtasksError, UsageError
from seqtasks.files.online_forecaster import OnlineForecaster, Tally
from seqtasks.files.output_file import OutputFile
from seqtasks.files.store import Stored, copy_of, save
from seqtasks.running.prequential import learning_on

TABLES: Final = "Train a network of the task table: seqtasks run table:path=FILE,target=COLUMN --model gru --save FILE."
ENOUGH: Final = 100  # rows, after which a greater loss than that of the weights of the training is no chance
WORSE: Final = 1.05  # times that loss


@final
@dataclass(frozen=True, eq=False)
class LearningOn:
    """A network that learns on.

    Args:
        stored: The network as it was loaded.
        forecaster: It predicts and learns.
        trainer: The spec of the trainer.
        host: The catalogue.
    """

    stored: Stored
    forecaster: OnlineForecaster
    trainer: str
    host: Host

    @classmethod
    def of(cls, stored: Stored, path: str, host: Host, note: Callable[[str], None]) -> Self:
        """The network of a file, which goes on where it stopped.

        Args:
            stored: What was loaded.
            path: The file, for messages.
            host: The catalogue.
            note: Receives sentences on what is unusual in the rows.

        Raises:
            UsageError: If the network is not one of a table, or cannot learn online.
            DataError: If the file does not say which rows were learned, or is damaged.
        """
        if stored.encoding.recipe is None:
            raise UsageError(
                f"{path} holds a network of {stored.task.partition(':')[0]}, whose targets are not in the rows of a "
                "file.",
                TABLES,
            )
        if not stored.encoding.trained:
            raise DataError(
                f"{path} was written by a version of seqtasks that did not record which rows it was trained on.",
                "Train the network again with this version, and save it.",
            )
        trainer = learning_on(1) if stored.learning is None else str(stored.learning["trainer"])
        frozen = copy_of(stored, host)
        online = host.make("trainers", host.spec("trainers", trainer))
        learner = online.learner(stored.network, Objective(stored.network.shapes), 0)
        assert isinstance(learner, AbstractStreamLearner)  # as every learner of the trainer online
        forecaster = OnlineForecaster(stored, learner, frozen, note)
        if stored.learning is not None:
            try:
                forecaster.restore(stored.learning["state"])
            except SeqtasksError:
                raise
            except Exception as error:  # whatever a damaged file leads to
                raise DataError(
                    f"{path} is damaged: its state of learning does not fit its network ({error}).",
                    "Use a backup of the file, or train the network again.",
                ) from error
        return cls(stored, forecaster, trainer, host)

    def save(self, file: OutputFile) -> None:
        """Write the network as it is after the last complete piece of rows.

        Raises:
            DataError: If the file cannot be written.
        """
        state = {"trainer": self.trainer, "state": self.forecaster.state()}
        libraries = self.host.make("models", self.host.spec("models", self.stored.model)).libraries
        save(file, replace(self.stored, learning=state), self.host, versions(libraries))

    def summary(self, file: OutputFile) -> str:
        """What was learned, in sentences."""
        rows, tally = self.forecaster.learned, self.forecaster.tally
        text = f"Predicted {_rows(rows)} before learning, and saved the network in {file.path}."
        return text + _compared(tally) if tally.rows else text


def _rows(count: int) -> str:
    return f"{count:,} row{'s' * (count != 1)}"


def _compared(tally: Tally) -> str:
    learning, frozen = tally.learning / tally.rows, tally.frozen / tally.rows
    text = (
        f" Of the {_rows(tally.rows)} since the training whose targets are known, the loss is {learning:.4g}; with the "
        f"weights of the training it is {frozen:.4g}."
    )
    if tally.rows >= ENOUGH and learning > WORSE * frozen:
        text += " Learning on is harmful so far: leave out --learn (learn=True), or train again on all rows."
    return text
