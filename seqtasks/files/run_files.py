"""The files of a run: the checkpoint that it starts from and writes, and its network and picture at the end."""

from dataclasses import dataclass
from types import TracebackType
from typing import Final, Self, final

from seqtasks.catalogue.host import Host
from seqtasks.errors import UsageError
from seqtasks.files import network_file, picture
from seqtasks.files.checkpoint import Checkpoint
from seqtasks.files.output_file import OutputFile
from seqtasks.lazy import LazyImport
from seqtasks.running.request import RunRequest
from seqtasks.running.result import TrainedRun

_SAVE: Final = LazyImport("seqtasks.files.store:save_run")


@final
@dataclass(frozen=True)
class RunFiles:
    """Where a run writes; :meth:`of` checks all of it before the run. As a context, it closes the checkpoint.

    Args:
        checkpoint: The checkpoint; None to write none.
        network: The network's file; None to write none.
        picture: The picture's file; None to draw none.
    """

    checkpoint: Checkpoint | None
    network: OutputFile | None
    picture: OutputFile | None

    @classmethod
    def of(
        cls,
        request: RunRequest,
        *,
        checkpoint: str | None = None,
        resume: bool = False,
        save: str | None = None,
        plot: str | None = None,
        force: bool = False,
    ) -> Self:
        """Check that the files can be written.

        Args:
            request: The run.
            checkpoint: The checkpoint's folder.
            resume: Whether the run goes on from the checkpoint.
            save: The network's path.
            plot: The picture's path.
            force: Whether ``save`` and ``plot`` may replace files of other kinds.

        Raises:
            UsageError: If a file cannot be written, two are the same, or no checkpoint of this run can be resumed.
            DataError: If the checkpoint is damaged or in use.
            MissingExtraError: If the picture needs Matplotlib and it is not installed.
        """
        network = network_file.target(save, force, request.replicas) if save is not None else None
        drawn = picture.target(plot, force) if plot is not None else None
        if network is not None and drawn is not None and network.path == drawn.path:
            raise UsageError(f"save and plot both name {save}.", "Name two files.")
        if checkpoint is None and resume:
            raise UsageError("resume needs a checkpoint.", "Name its folder: --checkpoint DIR --resume")
        return cls(None if checkpoint is None else Checkpoint(checkpoint, request, resume), network, drawn)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Release the checkpoint's folder."""
        if self.checkpoint is not None:
            self.checkpoint.close()

    @property
    def notes(self) -> list[str]:
        """What a user should know about the checkpoint before the training begins, a sentence each."""
        return [] if self.checkpoint is None else self.checkpoint.notes

    def write(self, run: TrainedRun, host: Host) -> list[str]:
        """Write the network and the picture.

        Args:
            run: The run, at its end.
            host: The catalogue that names its model.

        Returns:
            A sentence for each file.

        Raises:
            DataError: If a file, or the last checkpoint, could not be written.
        """
        notes = []
        if self.network is not None and run.result.status == "diverged":  # an older file there may be worth more
            notes.append(f"The network diverged and was not saved to {self.network.path}. Try a smaller learning rate.")
        elif self.network is not None:
            _SAVE(self.network, run, host)
            notes.append(f"Network saved: {self.network.path}")
        if self.picture is not None:
            picture.draw(run.result, self.picture, run.request.specs)
            notes.append(f"Curve drawn: {self.picture.path}")
        return notes

    def check_checkpoint(self) -> None:
        """Raise the error of the last writing of the checkpoint, if it failed.

        Raises:
            DataError: If so.
        """
        if self.checkpoint is not None and self.checkpoint.problem is not None:
            raise self.checkpoint.problem
