"""The files that a run is asked for: its network and its picture."""

from dataclasses import dataclass
from typing import Final, Self, final

from seqtasks.catalogue.host import Host
from seqtasks.errors import UsageError
from seqtasks.files import network_file, picture
from seqtasks.files.output_file import OutputFile
from seqtasks.lazy import LazyImport
from seqtasks.running.result import TrainedRun

_STORE: Final = LazyImport("seqtasks.files.store:save_run")


@final
@dataclass(frozen=True)
class RunOutputs:
    """Where the network and the picture go; :meth:`of` checks both before the run.

    Args:
        network: The network's file; None to write none.
        picture: The picture's file; None to draw none.
    """

    network: OutputFile | None
    picture: OutputFile | None

    @classmethod
    def of(cls, save: str | None, plot: str | None, force: bool, replicas: int) -> Self:
        """Check that the files can be written.

        Args:
            save: The network's path.
            plot: The picture's path.
            force: Whether files of other kinds may be replaced.
            replicas: How many networks the run trains.

        Raises:
            UsageError: If one of them cannot be written, or both are the same.
            MissingExtraError: If Matplotlib is needed and not installed.
        """
        network = network_file.target(save, force, replicas) if save is not None else None
        drawn = picture.target(plot, force) if plot is not None else None
        if network is not None and drawn is not None and network.path == drawn.path:
            raise UsageError(f"save and plot both name {save}.", "Name two files.")
        return cls(network, drawn)

    def write(self, run: TrainedRun, host: Host) -> list[str]:
        """Write them.

        Args:
            run: The run that has ended.
            host: The catalogue that names its model.

        Returns:
            A sentence for each file.

        Raises:
            DataError: If the disk refuses.
        """
        notes = []
        if self.network is not None and run.result.status == "diverged":  # an older file there may be worth more
            notes.append(f"Network not saved, since it diverged: {self.network.path}")
        elif self.network is not None:
            _STORE(self.network, run, host)
            notes.append(f"Network saved: {self.network.path}")
        if self.picture is not None:
            picture.draw(run.result, self.picture, run.request.specs)
            notes.append(f"Curve drawn: {self.picture.path}")
        return notes
