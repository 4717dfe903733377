"""``seqtasks`` and ``python -m seqtasks``: the one place where errors become messages and exit codes."""

import sys
from typing import NoReturn

from seqtasks.catalogue.attempt import cause
from seqtasks.cli import output, process, streams
from seqtasks.cli.app import app
from seqtasks.errors import SeqtasksError, traceback_if_wanted

INTERRUPTED = 130


def main() -> None:
    """Run the command line; exit with 0 done, 1 failed, 2 wrongly typed, 130 interrupted, 141 read by nobody."""
    with streams.guarded() as data:
        sys.exit(_code(data))


def _code(data: streams.DataStream) -> int:
    try:
        data.check()
        return _done(data)
    except KeyboardInterrupt:
        return INTERRUPTED
    except streams.ReaderGoneError as gone:
        return gone.exit_code
    except SeqtasksError as error:
        traceback_if_wanted()
        output.error(error)
        return error.exit_code
    except Exception as error:  # the last stop: a bug becomes one line, not a page
        traceback_if_wanted()
        output.error(SeqtasksError(f"Unforeseen {cause(error)}", "SEQTASKS_DEBUG=1 shows the traceback."))
        return 1


def _done(data: streams.DataStream) -> int:
    """The exit code of a command whose data is written to the last byte."""
    try:
        app(prog_name="seqtasks")
    except SystemExit as done:
        data.flush()
        return _number(done)
    return 0


def _number(done: SystemExit) -> int:
    return done.code if isinstance(done.code, int) else int(done.code is not None)


def command() -> NoReturn:
    """Run the command line as the whole of a process."""
    try:
        main()
    except SystemExit as done:
        process.leave(_number(done))
    process.leave(0)


if __name__ == "__main__":
    command()
