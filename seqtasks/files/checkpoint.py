"""Checkpoints: the state of a run in a folder, from which another process can resume it."""

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

from seqtasks.catalogue.versions import installed_version
from seqtasks.errors import DataError, SeqtasksError, UsageError
from seqtasks.files import manifest
from seqtasks.files.locked_folder import LockedFolder
from seqtasks.files.output_file import PART, OutputFile
from seqtasks.lazy import LazyImport
from seqtasks.running.request import RunRequest

FILE: Final = "checkpoint.zip"
MANIFEST: Final = "seqtasks-checkpoint.json"
FORMAT: Final = 2
INTERVAL: Final = 1.0  # least seconds from one save to the next
SHARE: Final = 50  # least interval in durations of the last save, so that saving takes at most 2 % of the time

_READ: Final = LazyImport("seqtasks.files.state:read")
_WRITE: Final = LazyImport("seqtasks.files.state:write")


@final
class Checkpoint:
    """The checkpoint of one run in a folder that no other run can use at the same time.

    Args:
        folder: The folder; created if its parent exists.
        request: The run.
        resume: Whether to resume from a checkpoint in the folder.

    Raises:
        UsageError: If the folder cannot be written to, or holds a checkpoint of another run, or one that would be lost.
        DataError: If the checkpoint is damaged, of another version, or in use.
    """

    def __init__(self, folder: str, request: RunRequest, resume: bool) -> None:
        self.folder = folder
        self.problem: DataError | None = None  # the error of the last save
        self._resume = resume
        self._asked = {name: getattr(request, name) for name in ("task", "model", "trainer")}
        self._asked |= {"seed": request.seed, "replicas": request.replicas, "dtype": request.dtype}
        self._busy = threading.Lock()
        self._place = LockedFolder(folder)
        try:
            self._file = OutputFile(os.path.join(folder, FILE), lambda _: True, "checkpoint", force=True)
            self.found = self._read_manifest()
        except BaseException:
            self.close()
            raise
        self._clear()
        self._saved_step = 0
        self._due = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Wait for a save in progress, save no more, and release the folder."""
        with self._busy:
            self._place.close()

    @property
    def notes(self) -> list[str]:
        """The remarks on the state that the run starts from, a sentence each."""
        if self.found is None:
            return (
                [f"{self.folder} holds no checkpoint yet. The run starts from the beginning."] if self._resume else []
            )
        return [
            f"The checkpoint was written with {name} {there}, but {_present(name, here)} installed. "
            f"Results may differ in the last digits. Install {name} {there} to reproduce them exactly."
            for name, there in self.found["versions"].items()
            if (here := installed_version(name)) != there
        ]

    def restore(self, session: Any) -> None:
        """Restore the checkpoint, if there is one, into a session that has not been trained.

        Raises:
            DataError: If the file is damaged.
        """
        if self.found is None:
            return
        try:
            session.restore(_READ(self._file.path, self.found))
        except SeqtasksError:
            raise
        except Exception as error:  # parsers and learners raise many kinds of errors on wrong numbers
            raise _damaged(self._file.path, error) from error
        self._saved_step = session.steps

    def save(self, session: Any) -> None:
        """Save the state of the session if a save is due, or if the training is over.

        A save that fails does not stop the training. Its error stays in ``problem`` until a later save succeeds.
        """
        before = time.monotonic()
        if session.steps == self._saved_step or not (session.over or before >= self._due):
            return
        with self._busy:
            if self._place.closed:
                return
            head = {"format": FORMAT, **self._asked, "versions": session.versions}
            try:
                _WRITE(self._file, MANIFEST, head, session.state())
                self._saved_step, self.problem = session.steps, None
            except DataError as error:
                self.problem = error
            after = time.monotonic()
            self._due = after + max(INTERVAL, SHARE * (after - before))

    def _read_manifest(self) -> dict[str, Any] | None:
        path = self._file.path
        if not path.exists():
            return None
        if not self._resume:
            raise UsageError(
                f"{self.folder} already holds a checkpoint.",
                "Resume from it with --resume (resume=True), or name another folder.",
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
        except Exception as error:  # parsers raise many kinds of errors on a damaged file
            raise _damaged(path, error) from error
        if different:
            raise UsageError(
                f"The checkpoint in {self.folder} belongs to another run: {'; '.join(different)}.",
                "Repeat the settings of that run, or name another folder.",
            )
        return found

    def _clear(self) -> None:
        """Remove incomplete files of a process that was killed."""
        for part in self._place.path.glob(f"{PART}*"):
            part.unlink(missing_ok=True)


def _present(name: str, version: str | None) -> str:
    return f"{name} is not" if version is None else f"{name} {version} is"


def _check_version(path: Path, found: Mapping[str, Any]) -> None:
    if found["format"] != FORMAT:
        raise DataError(
            f"{path} has format {found['format']}; this seqtasks reads format {FORMAT}.",
            "Install the version of seqtasks that wrote it.",
        )
    there, here = found["versions"]["seqtasks"], installed_version("seqtasks")
    if there != here:
        raise DataError(
            f"{path} was written by seqtasks {there}, but seqtasks {here} is installed.",
            f"Install seqtasks {there}, or start over in another folder.",
        )


def _difference(name: str, there: Any, here: Any) -> str:
    """The difference, without the settings that are equal."""
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
        f"{path} is not a seqtasks checkpoint, or is damaged: {text.rstrip('.')}.",
        f"Name another folder, or start over: rm {shlex.quote(str(path))}",
    )
