"""A folder in which a run keeps where it is, so that another process can go on from there."""

import os
import re
import shlex
import threading
import time
import zipfile
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self, final

from seqtasks.catalogue.versions import installed
from seqtasks.errors import DataError, SeqtasksError, UsageError
from seqtasks.files import manifest
from seqtasks.files.locked_folder import LockedFolder
from seqtasks.files.output_file import PART, OutputFile
from seqtasks.lazy import LazyImport
from seqtasks.running.request import RunRequest

FILE: Final = "checkpoint.zip"
MANIFEST: Final = "seqtasks-checkpoint.json"
FORMAT: Final = 1
INTERVAL: Final = 1.0  # seconds from one writing to the next, at least
SHARE: Final = 50  # of the time that the last writing took, at least: it takes two hundredths of all

_READ: Final = LazyImport("seqtasks.files.state:read")
_WRITE: Final = LazyImport("seqtasks.files.state:write")


def target(folder: str | None, request: RunRequest, resume: bool) -> "Checkpoint | None":
    """Where the run keeps its state, checked before it starts.

    Raises:
        UsageError: If there is none to resume from.
    """
    if folder is not None:
        return Checkpoint(folder, request, resume)
    if resume:
        raise UsageError("There is no checkpoint to resume from.", "Name its folder: --checkpoint DIR --resume")
    return None


@final
class Checkpoint:
    """The state of one run in a folder of its own, which no other run can use meanwhile.

    Args:
        folder: The folder; made if its parent is there.
        request: What is run.
        resume: Whether to go on from what is there.

    Raises:
        UsageError: If it cannot be written there, or what is there is of another run, or would be lost.
        DataError: If what is there is damaged, or of another version, or in use.
    """

    def __init__(self, folder: str, request: RunRequest, resume: bool) -> None:
        self.folder = folder
        self.problem: DataError | None = None  # of the last writing
        self._resume = resume
        self._asked = {name: getattr(request, name) for name in ("task", "model", "trainer")}
        self._asked |= {"seed": request.seed, "replicas": request.replicas, "dtype": request.dtype}
        self._busy = threading.Lock()
        self._place = LockedFolder(folder)
        try:
            self._file = OutputFile(os.path.join(folder, FILE), lambda _: True, "checkpoint", force=True)
            self.found = self._begun()
        except BaseException:
            self.close()
            raise
        self._clear()
        self._kept = 0  # steps
        self._due = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Wait for a writing under way, write no more, and let others use the folder."""
        with self._busy:
            self._place.close()

    @property
    def notes(self) -> list[str]:
        """What a user should know about where the run starts from."""
        if self.found is None:
            return [f"There is no checkpoint in {self.folder} yet: starting afresh."] if self._resume else []
        return [
            f"Note: the checkpoint was written with {name} {there}, and this is {here or 'without it'}: what follows "
            "may differ in the last digits."
            for name, there in self.found["versions"].items()
            if (here := installed(name)) != there
        ]

    def restore(self, session: Any) -> None:
        """Bring a session that has not been trained to where the run was, if it was begun.

        Raises:
            DataError: If the file is damaged.
        """
        if self.found is None:
            return
        try:
            session.restore(_READ(self._file.path, self.found))
        except SeqtasksError:
            raise
        except Exception as error:  # what parsers, and learners, raise on wrong numbers is not ours to list
            raise _damaged(self._file.path, error) from error
        self._kept = session.steps

    def keep(self, session: Any) -> None:
        """Write where the session is, if it is time for that, or the training has ended.

        What the disk refuses stops no training: it is kept as ``problem`` until a later writing succeeds.
        """
        before = time.monotonic()
        if session.steps == self._kept or not (session.over or before >= self._due):
            return
        with self._busy:
            if self._place.closed:
                return
            head = {"format": FORMAT, **self._asked, "versions": session.versions}
            try:
                _WRITE(self._file, MANIFEST, head, session.state())
                self._kept, self.problem = session.steps, None
            except DataError as error:
                self.problem = error
            after = time.monotonic()
            self._due = after + max(INTERVAL, SHARE * (after - before))

    def _begun(self) -> dict[str, Any] | None:
        path = self._file.path
        if not path.exists():
            return None
        if not self._resume:
            raise UsageError(
                f"{self.folder} holds the checkpoint of a run.",
                "Go on from it with --resume (resume=True), or name another folder.",
            )
        try:
            with zipfile.ZipFile(path) as archive:
                found: dict[str, Any] = manifest.read(archive, MANIFEST)
            _check_version(path, found)
            found.setdefault("dtype", "float32")  # files of versions that computed in nothing else
            different = [
                _difference(name, found[name], here) for name, here in self._asked.items() if found[name] != here
            ]
            dict(found["versions"])
        except SeqtasksError:
            raise
        except Exception as error:
            raise _damaged(path, error) from error
        if different:
            raise UsageError(
                f"The checkpoint in {self.folder} is of another run: {'; '.join(different)}.",
                "Give what that run was given, or name another folder.",
            )
        return found

    def _clear(self) -> None:
        """Remove what was being written when a process was killed."""
        for part in self._place.path.glob(f"{PART}*"):
            part.unlink(missing_ok=True)


def _check_version(path: Path, found: Mapping[str, Any]) -> None:
    if found["format"] != FORMAT:
        raise DataError(
            f"{path} has format {found['format']}; this seqtasks reads format {FORMAT}.",
            "Install the version of seqtasks that wrote it.",
        )
    there, here = found["versions"]["seqtasks"], installed("seqtasks")
    if there != here:
        raise DataError(
            f"{path} was written by seqtasks {there}, and this is {here}.",
            "Install that version, or start afresh in another folder.",
        )


def _difference(name: str, there: Any, here: Any) -> str:
    """What differs, without the settings that do not."""
    if isinstance(there, str) and isinstance(here, str):
        mine, other = (re.split(r",(?=[\w.]+=)", spec.partition(":")[2]) for spec in (here, there))
        heads = [spec.partition(":")[0] for spec in (here, there)]
        if heads[0] != heads[1]:
            here, there = heads
        else:
            here = f"{heads[0]}:{','.join(piece for piece in mine if piece not in other)}"
            there = f"{heads[1]}:{','.join(piece for piece in other if piece not in mine)}"
    return f"{name} is {there} there and {here} here"


def _damaged(path: Path, error: Exception) -> DataError:
    reason = getattr(error, "strerror", None) or str(error)
    known = isinstance(error, OSError | zipfile.BadZipFile | manifest.DamagedError)
    text = reason if known else f"{type(error).__name__} {reason}"
    return DataError(
        f"{path} is no checkpoint of seqtasks, or is damaged: {text.rstrip('.')}.",
        f"Name another folder, or start afresh: rm {shlex.quote(str(path))}",
    )
