"""The report of a process that crashed: how it ended, and its last stack."""

import pytest

from seqtasks.checks.raised import CHECKS
from seqtasks.checks.runner.crash import OURS, exit_reason, last_lines

STACK = f"""
before
Fatal Python error: Segmentation fault

Thread 0x00007f2df645bb80 (most recent call first):
  File "/usr/lib/python3.11/threading.py", line 4 in wait

Current thread 0x00007f2df645bb81 (most recent call first):
  File "{OURS}core/task.py", line 5 in called_by_the_plugin
  File "/plugins/mine.py", line 6 in law
  File "{OURS}core/task.py", line 7 in sample
  File "{CHECKS}tasks/form.py", line 8 in form
  File "<frozen runpy>", line 9 in _run_code

Extension modules: numpy.random.mtrand (total: 1)
"""


def test_stack_goes_from_the_crash_to_the_plugin():
    """Without what calls the plugin, and what differs from one crash to the next."""
    assert last_lines(STACK).splitlines() == [
        "before",
        "Fatal Python error: Segmentation fault",
        "Current thread (most recent call first):",
        f'  File "{OURS}core/task.py", line 5 in called_by_the_plugin',
        '  File "/plugins/mine.py", line 6 in law',
    ]


def test_stack_of_what_is_ours_alone():
    """Is shown without that of checks."""
    ours = "".join(line for line in STACK.splitlines(keepends=True) if "mine.py" not in line)
    assert [line.rpartition(" ")[2] for line in last_lines(ours).splitlines()[3:]] == ["called_by_the_plugin", "sample"]


def test_last_lines_where_no_stack_was_written():
    """The last twelve that are not empty."""
    assert last_lines("\n\n".join(map(str, range(20)))) == "\n".join(map(str, range(8, 20)))


@pytest.mark.parametrize(
    ("code", "sentence", "advice"),
    [
        (-9, "The process was ended by SIGKILL.", "memory"),
        (-11, "The process was ended by SIGSEGV.", "in C"),
        (-6, "The process was ended by SIGABRT.", "its last line says why"),
        (-15, "The process was ended by SIGTERM.", "Look for what sends SIGTERM to the process."),
        (0, "The process ended with exit code 0, as os._exit(0) ends it.", "os._exit"),
    ],
)
def test_advice_is_what_the_ending_suggests(code, sentence, advice):
    """Each signal has its own usual cause."""
    assert exit_reason(code)[0] == sentence
    assert advice in exit_reason(code)[1]
