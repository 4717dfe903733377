"""Standard streams that are full, closed, without a reader, or of a narrow encoding, as a shell sees them."""

import io
import subprocess
import sys
import tempfile

import pytest

from seqtasks.cli import output, process

FULL = (
    "Error: Standard output cannot be written: No space left on device.\n"
    "Hint: Free some space, or redirect it: > FILE\n"
)
CLOSED = "Error: Standard output is closed.\nHint: Redirect it: > FILE or > /dev/null\n"


def shell(line, tmp_path):
    """What a line of bash leaves; ``seqtasks`` in it is this one."""
    script = f'set -o pipefail; seqtasks() {{ "{sys.executable}" -m seqtasks "$@"; }}; {line}'
    return subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=False, cwd=tmp_path)


@pytest.mark.parametrize(
    ("line", "code", "err"),
    [
        ("seqtasks list | true", 141, ""),
        ("seqtasks --help | true", 141, ""),
        ("seqtasks list > /dev/full", 1, FULL),
        ("seqtasks --help > /dev/full", 1, FULL),
        ("seqtasks list --json > /dev/full", 1, FULL),
        ("seqtasks list >&-", 1, CLOSED),
        ("seqtasks --version >&-", 1, CLOSED),
        ("seqtasks run prev-bit --model gru >&-", 1, CLOSED),
        ("seqtasks show nonsense 2> /dev/full", 2, ""),
        ("seqtasks list --nonsense 2>&-", 2, ""),
        ("seqtasks new-plugin two-back --kind task > made 2> /dev/full", 0, ""),
        ("seqtasks list > listed <&-", 0, ""),
        ("seqtasks list > /dev/null 2>&- <&-", 0, ""),
        ("seqtasks list >&- 2>&- <&-", 1, ""),
    ],
)
def test_exit_code_and_message(line, code, err, tmp_path):
    """Nobody reading is quiet, as for any tool in a pipe; lost data is an error; lost talk is no failure."""
    done = shell(line, tmp_path)
    assert (done.returncode, done.stderr) == (code, err)


@pytest.mark.tensorflow
def test_run_in_a_pipe_that_ends(tmp_path):
    """Nobody reads its record; both other streams are closed, so that their numbers are free for files."""
    line = "seqtasks run prev-bit --model gru --steps 100 --save a.net --json 2>&- <&- | true"
    done = shell(line, tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (141, "", "")
    assert (tmp_path / "a.net").read_bytes().startswith(b"PK")


def test_characters_that_a_stream_cannot_encode(monkeypatch):
    """Those of the program have ASCII stand-ins, others become question marks, and JSON escapes them."""
    narrow = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr(sys, "stdout", narrow)
    with process.guarded():
        output.line("1 ± 2 é │▁█")
        output.record({"a": "é"})
    narrow.flush()
    assert narrow.buffer.getvalue() == b'1 +/- 2 ? |_#\n{\n  "a": "\\u00e9"\n}\n'


def test_streams_are_given_back(monkeypatch):
    """A caller of main() gets its own streams back."""
    before = sys.stdin, sys.stdout, sys.stderr
    with process.guarded():
        assert sys.stdout is not before[1]
    assert (sys.stdin, sys.stdout, sys.stderr) == before


def test_no_temporary_folder(seqtasks, monkeypatch):
    """On a disk that cannot be written, TensorFlow could not be imported: the error names what to set."""

    def refuse(*_args, **_options):
        raise FileNotFoundError(2, "No usable temporary directory found in ['/tmp']")

    monkeypatch.setattr(tempfile, "TemporaryFile", refuse)
    done = seqtasks("run", "prev-bit", "--model", "gru")
    assert (done.code, done.out) == (1, "")
    assert done.err == (
        "Error: No folder for temporary files can be written to: No usable temporary directory found in ['/tmp'].\n"
        "Hint: Name one that can be written to: export TMPDIR=FOLDER\n"
    )
