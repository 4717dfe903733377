"""Start-up: whole commands against ``import tensorflow`` and against an empty Typer command, side by side."""

import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from measure import OURS, Record, alternate

TYPED_WRONG = 2
EMPTY = """
import typer

app = typer.Typer()


@app.command()
def nothing() -> None:
    pass


app()
"""
LIGHT = {
    "--help": ["--help"],
    "list": ["list"],
    "show gru": ["show", "gru"],
    "plugins": ["plugins"],
    "a mistyped task": ["run", "prev-bti", "--model", "gru"],
}


def seconds(command, code=0):
    """The seconds of a command whose output goes to pipes."""
    before = time.perf_counter()
    done = subprocess.run(command, capture_output=True, check=False)
    after = time.perf_counter()
    if done.returncode != code:
        raise SystemExit(f"{command} exited with {done.returncode}:\n{done.stderr.decode()}")
    return after - before


def command(*words):
    """The path of the installed command, in the folder of this Python."""
    return [str(Path(sys.executable).with_name("seqtasks")), *words]


def main():
    record = Record(__doc__)
    with TemporaryDirectory() as folder:
        empty = Path(folder) / "empty.py"
        empty.write_text(EMPTY)
        for name, words in LIGHT.items():
            code = TYPED_WRONG if name == "a mistyped task" else 0
            works = {
                OURS: lambda words=words, code=code: seconds(command(*words), code),
                "an empty Typer command": lambda: seconds([sys.executable, str(empty)]),
            }
            alternate(works, 1)  # the files come from the disk but once
            figures = alternate(works, 2 * record.repetitions + 1)
            record.compare(f"seqtasks {name}", figures, {"an empty Typer command": 2.0}, unit="s", digits=2, less=True)
    works = {
        OURS: lambda: seconds(command("run", "prev-bit", "--model", "gru")),
        "import tensorflow": lambda: seconds([sys.executable, "-c", "import tensorflow"]),
    }
    figures = alternate(works, record.repetitions)
    record.compare(
        "seqtasks run prev-bit --model gru", figures, {"import tensorflow": 1.35}, unit="s", digits=2, less=True
    )


if __name__ == "__main__":
    main()
