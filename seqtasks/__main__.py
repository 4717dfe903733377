"""``seqtasks`` and ``python -m seqtasks``: the one place where errors become messages and exit codes."""

import sys
from typing import NoReturn

from seqtasks.catalogue.attempt import cause
from seqtasks.cli import output, short_lived
from seqtasks.cli.app import app
from seqtasks.errors import SeqtasksError, traceback_if_wanted

INTERRUPTED = 130


def main() -> None:
    """Run the command line; exit with 0 done, 1 failed, 2 wrongly typed, 130 interrupted."""
    output.prepare()
    try:
        app(prog_name="seqtasks")
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except SeqtasksError as error:
        traceback_if_wanted()
        output.error(error)
        sys.exit(error.exit_code)
    except Exception as error:  # the last stop: a bug becomes one line, not a page
        traceback_if_wanted()
        output.error(SeqtasksError(f"Unforeseen {cause(error)}", "SEQTASKS_DEBUG=1 shows the traceback."))
        sys.exit(1)


def command() -> NoReturn:
    """Run the command line as the whole of a process."""
    try:
        main()
    except SystemExit as done:
        code = done.code
    else:
        code = 0
    short_lived.leave(code if isinstance(code, int) else int(code is not None))


if __name__ == "__main__":
    command()
