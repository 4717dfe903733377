"""``seqtasks`` and ``python -m seqtasks``: errors become messages and exit codes here."""

import sys
from typing import NoReturn

from seqtasks.catalogue.attempt import cause
from seqtasks.cli import output, process
from seqtasks.cli.app import app
from seqtasks.errors import SeqtasksError, traceback_if_wanted

INTERRUPTED = 130


def main() -> None:
    """Run the command line; exit with 0 success, 1 failure, 2 usage error, 130 interrupted, 141 closed pipe."""
    with process.guarded() as data:
        sys.exit(_code(data))


def _code(data: process.DataStream) -> int:
    try:
        data.check()
        return _run(data)
    except KeyboardInterrupt:
        return INTERRUPTED
    except process.ReaderGoneError as gone:
        return gone.exit_code
    except SeqtasksError as error:
        traceback_if_wanted()
        output.error(error)
        return error.exit_code
    except Exception as error:  # a bug becomes one line, not a traceback
        traceback_if_wanted()
        output.error(SeqtasksError(f"Unexpected {cause(error)}", "Set SEQTASKS_DEBUG=1 to see the traceback."))
        return 1


def _run(data: process.DataStream) -> int:
    """Run the command, write all buffered data, and return the exit code."""
    try:
        app(prog_name="seqtasks")
    except SystemExit as done:
        data.flush()
        return _exit_code(done)
    return 0


def _exit_code(done: SystemExit) -> int:
    return done.code if isinstance(done.code, int) else int(done.code is not None)


def command() -> NoReturn:
    """Run the command line as the whole of a process."""
    try:
        main()
    except SystemExit as done:
        process.leave(_exit_code(done))
    process.leave(0)


if __name__ == "__main__":
    command()
