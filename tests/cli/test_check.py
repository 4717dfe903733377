"""``seqtasks check``: one entry, a file, a package; what crashes, hangs or prints in a check; Ctrl-C."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from seqtasks.checks.runner.supervisor import check_imports
from seqtasks.scaffold import rendering
from seqtasks.scaffold.draft import Draft

PLUGIN = '''
import ctypes, os, signal, sys, time
from dataclasses import dataclass, replace

from seqtasks.catalogue.entry import Entry
from seqtasks.catalogue.hookspecs import hookimpl
from seqtasks.tasks.lagged import AbstractLagTask

print("imported")

@dataclass(frozen=True)
class Bit(AbstractLagTask):
    """The previous bit."""

    how: str = ""
    lags = (1,)
    kind = "real"

    def law(self, x):
        return x[1]

    def stream(self, seed, lanes):
        if self.how == "no stream":
            raise ZeroDivisionError("by nothing")
        if self.how == "segfault everywhere":
            ctypes.string_at(0)
        return super().stream(seed, lanes)

    @property
    def encoding(self):
        print("noise on stdout")
        print("noise on stderr", file=sys.stderr)
        os.write(1, b"{} []")
        match self.how:
            case "segfault":
                ctypes.string_at(0)
            case "exit":
                os._exit(3)
            case "sys.exit":
                sys.exit(4)
            case "hang":
                deep(30)
            case "killed":
                os.kill(os.getpid(), signal.SIGKILL)
            case "raise":
                raise ZeroDivisionError("by nothing")
            case "mute":
                raise Mute
            case "missing":
                import notthere
            case "chance":
                return replace(super().encoding, means=(0.0, 0.0))
        if self.how.startswith("end after "):
            end_after(self.how.removeprefix("end after "))
        return super().encoding

class Mute(Exception):
    def __str__(self):
        raise ValueError

def deep(more):
    if more:
        deep(more - 1)
    time.sleep(600)

def end_after(name):
    write = os.write

    def last(descriptor, data):
        write(descriptor, data)
        if b'"outcome"' in data and f'"{name}"'.encode() in data:
            os._exit(3)

    os.write = last

@hookimpl
def seqtasks_tasks():
    yield Entry("bit", "The previous bit.", f"{__name__}:Bit")
'''


ENTRY = """
from seqtasks.catalogue.entry import Entry
from seqtasks.catalogue.hookspecs import hookimpl

@hookimpl
def seqtasks_tasks():
    yield Entry("bit", "The previous bit.", f"{__name__}:Bit")
"""


@pytest.fixture
def file(write):
    return write("bits.py", PLUGIN)


def line_of(text):
    """The line of the plugin on which a text first stands."""
    return 1 + PLUGIN[: PLUGIN.index(text)].count("\n")


def apart(*words, **environ):
    """The command in a process that a plugin may end, within a minute."""
    command = [sys.executable, "-m", "seqtasks", *words]
    return subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env=os.environ | {"SEQTASKS_BLOCK": ""} | environ,
    )


def lines(out, name):
    """What stands of a check: its own line and the advice."""
    rows = out.splitlines()
    place = next(n for n, row in enumerate(rows) if f" {name}:" in row)
    return " ".join(row.strip() for row in rows[place : place + 2])


def test_one_entry_that_holds(seqtasks):
    """A line for each check, what does not apply with its reason, a sum; stderr is empty."""
    done = seqtasks("check", "echo")
    assert (done.code, done.err) == (0, "")
    rows = done.out.splitlines()
    assert rows[0] == "task echo"
    assert rows[1].startswith("  ok      construction: The entry loads")
    assert "  -       causality: The optimum is not 0, so the target may depend" in done.out
    assert rows[-1].startswith("19 checks: 18 passed, 1 do not apply, none failed, in ")


def test_file_of_a_plugin(seqtasks, file):
    """All its entries; what it prints goes nowhere."""
    done = seqtasks("check", file)
    assert done.code == 0
    assert done.out.startswith("task bit\n")
    assert "noise" not in done.out + done.err


@pytest.mark.parametrize(
    ("how", "sentence"),
    [
        ("segfault", "The process was ended by SIGSEGV. Look at what it calls in C:"),
        (
            "killed",
            "The process was ended by SIGKILL. The system ends a process that takes too much memory",
        ),
        ("exit", "The process ended with exit code 3, as os._exit(3) ends it. Look for os._exit in it,"),
        ("sys.exit", f"It called sys.exit(4) in bits.py, line {line_of('sys.exit(4)')}. Raise an error instead."),
        ("raise", f"It raised ZeroDivisionError: by nothing in bits.py, line {line_of('raise Mute') - 2}. Fix"),
        ("mute", f"It raised Mute in bits.py, line {line_of('raise Mute')}. Fix the error."),
        (
            "missing",
            f"It needs the module notthere in bits.py, line {line_of('import notthere')}, which is not installed. "
            "install the package that brings notthere,",
        ),
        ("chance", "encoding.means has 2 items, but "),
    ],
)
def test_check_that_fails_is_named_and_the_others_go_on(seqtasks, file, how, sentence):
    """With advice that fits, and exit code 1; every other check of the entry holds all the same."""
    done = seqtasks("check", f"bit:how={how}", "--plugin", file)
    assert done.code == 1
    assert sentence in lines(done.out, "encoding")
    assert "FAILED" in lines(done.out, "encoding")
    assert "__main__" not in done.out
    assert done.out.count("FAILED") == 1
    assert "19 checks: 18 passed, 1 failed, in " in done.out


def test_what_fails_alike_is_told_once(seqtasks, file):
    """A fault that every check meets is no wall of text; the advice is to begin with the first."""
    done = seqtasks("check", "bit:how=no stream", "--plugin", file)
    assert done.code == 1
    assert done.out.count("ZeroDivisionError: by nothing") == 1
    assert done.out.count(": same as above\n") >= 3
    assert "Fix the first failure first, because it may cause the others.\n" in done.out


def test_traceback_is_shown_where_it_is_asked_for(seqtasks, file, monkeypatch):
    """On stderr, and once for what every check meets; not otherwise."""
    words = ("check", "bit:how=no stream", "--plugin", file)
    assert "Traceback" not in seqtasks(*words).err
    monkeypatch.setenv("SEQTASKS_DEBUG", "1")
    done = seqtasks(*words)
    assert done.err.count("Traceback (most recent call last):") == 1
    assert f'bits.py", line {line_of("by nothing")}, in stream' in done.err
    assert done.err.endswith("ZeroDivisionError: by nothing\n")


def test_traceback_of_what_cannot_be_made(seqtasks, write, monkeypatch):
    """Where the plugin's module raised, and not only where that was refused."""
    monkeypatch.setenv("SEQTASKS_DEBUG", "1")
    write("broken_bit.py", "raise ZeroDivisionError('by nothing')\n\nclass Bit:\n    pass\n")
    path = write("lists.py", ENTRY.replace("{__name__}:Bit", "broken_bit:Bit"))
    done = seqtasks("check", path)
    assert "FAILED  construction: The task bit of " in done.out
    assert 'broken_bit.py", line 1, in <module>' in done.err


def test_entry_that_crashes_everywhere_is_given_up(seqtasks, file):
    """After three checks; where it crashed is shown once, without what tells nothing; no check is left out."""
    done = seqtasks("check", "bit:how=segfault everywhere", "--plugin", file)
    assert done.code == 1
    assert done.out.count("The process was ended by SIGSEGV.") == 1
    assert done.out.count("Not run, after 3 checks that crashed or hung.") == 1
    assert "19 checks: 1 passed, 18 failed" in done.out
    assert done.err.count("Fatal Python error: Segmentation fault") == 1
    assert f'bits.py", line {line_of("ctypes.string_at(0)")} in stream' in done.err
    assert not any(word in done.err for word in ("Extension modules", "0x", "lagged.py", "/checks/"))


def test_exit_says_where_it_was_called(seqtasks, file):
    """As a crash does."""
    done = seqtasks("check", "bit:how=exit", "--plugin", file)
    assert f'bits.py", line {line_of("os._exit(3)")} in encoding' in done.err


@pytest.mark.parametrize(
    ("ending", "limit", "sentence"),
    [
        ("os._exit(0)", "30", "The process ended with exit code 0, as os._exit(0) ends it."),
        ("ctypes.string_at(0)", "30", "The process was ended by SIGSEGV."),
        ("time.sleep(600)", "5", "It did not end within 5 s."),
    ],
)
def test_plugin_that_ends_or_hangs_while_it_is_imported(write, ending, limit, sentence):
    """Fails, and where it did that is shown."""
    path = write("ends.py", f"import ctypes, os, time\n\n{ending}\n")
    done = apart("check", path, "--limit", limit)
    assert (done.returncode, done.stdout.splitlines()[:2]) == (1, [path, f"  FAILED  imported: {sentence}"])
    assert done.stdout.splitlines()[-1].startswith("1 check: 0 passed, 1 failed, in ")
    assert 'ends.py", line 3 in <module>' in done.stderr
    assert not any(word in done.stderr for word in ("/catalogue/", "frozen", "/checks/"))


def test_plugin_that_ends_the_process_as_json(write):
    """One object with the failure in it."""
    path = write("ends.py", "import os\n\nos._exit(0)\n")
    report = json.loads(apart("check", path, "--json").stdout)
    (entry,) = report["entries"]
    (check,) = entry["checks"]
    assert (entry["kind"], entry["name"], report["failed"]) == ("plugin", path, 1)
    assert (check["check"], check["status"]) == ("imported", "failed")


def test_installed_plugin_that_ends_the_process(write, tmp_path):
    """It fails the check of any name. The message says how to block it, and then it is not imported."""
    write("lethal.py", "import os\n\nos._exit(0)\n")
    write("lethal-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: lethal\nVersion: 1.0\n")
    write("lethal-1.0.dist-info/entry_points.txt", "[seqtasks]\nkiller = lethal\n")
    done = apart("check", "echo", PYTHONPATH=str(tmp_path))
    assert done.returncode == 1
    assert "imported: The process ended with exit code 0" in done.stdout
    assert "SEQTASKS_BLOCK=NAME keeps one of these out: " in done.stdout
    assert "killer" in done.stdout
    assert apart("check", "echo", PYTHONPATH=str(tmp_path), SEQTASKS_BLOCK="killer").returncode == 0


def test_without_plugins_nothing_is_imported_apart(no_installed_plugins, monkeypatch):
    """No process is started for built-ins; one is for a plugin."""
    monkeypatch.delattr("seqtasks.checks.runner.supervisor.Process")
    assert list(check_imports([], None)) == []
    with pytest.raises(NameError):
        list(check_imports(["some.module"], None))


def test_check_that_hangs_is_stopped(seqtasks, file):
    """After --limit seconds, and says where it hung."""
    done = seqtasks("check", "bit:how=hang", "--plugin", file, "--limit", "2")
    assert done.code == 1
    assert "It did not end within 2 s." in lines(done.out, "encoding")
    assert f'bits.py", line {line_of("time.sleep(600)")} in deep' in done.err
    assert "runpy" not in done.err
    assert "/checks/" not in done.err
    assert "19 checks: 18 passed, 1 failed" in done.out


@pytest.mark.parametrize(
    ("last", "then", "counts"),
    [("encoding", "seeding", "18 passed, 1 failed"), ("depth", None, "19 passed, none failed")],
)
def test_end_between_two_checks(seqtasks, file, last, then, counts):
    """The finished check is reported once; the next one fails."""
    done = seqtasks("check", f"bit:how=end after {last}", "--plugin", file)
    assert f"19 checks: {counts}, in " in done.out
    assert done.out.count(f" {last}: ") == 1
    if then:
        assert f"  FAILED  {then}: The process ended with exit code 3" in done.out


def test_json(seqtasks, file):
    """One object, however much the plugin prints."""
    done = seqtasks("check", "bit:how=chance", "--plugin", file, "--json")
    report = json.loads(done.out)
    assert (done.code, report["failed"], report["problems"], report["left_out"]) == (1, 1, [], [])
    (entry,) = report["entries"]
    assert (entry["kind"], entry["name"], entry["spec"]) == ("task", "bit", "bit:how=chance")
    (failed,) = [check for check in entry["checks"] if check["status"] == "failed"]
    assert failed["check"] == "encoding"
    assert failed["advice"].startswith("Remove encoding")


def test_entry_that_is_not_what_its_shelf_holds(seqtasks, write):
    """It cannot be constructed, so no other check runs."""
    path = write("odd.py", "class Bit:\n    '''No task.'''\n\n" + ENTRY)
    done = seqtasks("check", path)
    assert done.code == 1
    assert "FAILED  construction: The task bit is of class Bit, not AbstractTask." in done.out
    assert "1 check: 0 passed, 1 failed" in done.out


@pytest.mark.tensorflow
def test_trainer_that_takes_no_network(seqtasks, monkeypatch):
    """One line, with the last refusal; no check of it is tried, and none fails."""
    monkeypatch.setenv("SEQTASKS_BLOCK", "torch,modern-cells")
    done = seqtasks("--plugin", "checks.wrong.picky_plugin", "check", "picky")
    assert done.code == 0, done.out
    name, first, *_, last = done.out.splitlines()
    assert name == "trainer picky"
    assert first.startswith("  -       construction: picky accepts none of ")
    assert first.endswith(": It learns nothing.")
    assert last.startswith("1 check: 0 passed, 1 do not apply, none failed, in ")


def test_package_is_named_by_its_plugin_or_distribution(seqtasks, write):
    """Its problems are named, and fail."""
    write("broken.py", PLUGIN + "\n@hookimpl\ndef seqtasks_task():\n    yield\n")
    done = seqtasks("--plugin", "broken", "check", "broken")
    assert done.code == 1
    assert "Plugin broken: seqtasks_task is not a hook" in done.err
    assert "19 checks: 19 passed, none failed" in done.out


def test_names_of_plugins_and_distributions_in_any_spelling(seqtasks, write):
    """Dashes and underscores are one."""
    write("two_words.py", PLUGIN)
    for word in ("two_words", "two-words"):
        assert "19 checks: 19 passed, none failed" in seqtasks("--plugin", "two_words", "check", word).out


def test_package_that_brings_no_names(seqtasks, write):
    """Is no failure where it needs seqtasks; another package is not meant."""
    write("only_tools-1.0.dist-info/METADATA", "Name: only-tools\nVersion: 1.0\nRequires-Dist: Seqtasks>=0.1\n")
    write("others-1.0.dist-info/METADATA", "Name: others\nVersion: 1.0\nRequires-Dist: seqtasks-more\n")
    done = seqtasks("check", "only_tools")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith(
        "only_tools provides no entries to check. Yield an entry from one of its hooks.\n0 checks: "
    )
    assert "Nothing is named 'others'." in seqtasks("check", "others").err


def test_folder_is_no_package(seqtasks, write, tmp_path):
    """The hint names the command as far as possible."""
    folder = str(tmp_path / "here")
    write("here/plugin.py", "")
    done = seqtasks("check", folder)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(f"Error: {folder} is a folder.\nHint: Name a file in it, or the package by ")
    write("here/pyproject.toml", "[project")
    assert "Hint: Name a file in it," in seqtasks("check", folder).err
    write("here/pyproject.toml", '[project]\nname = "my-plugin"\n')
    assert f"Hint: pip install -e {folder} && seqtasks check my-plugin\n" in seqtasks("check", folder).err
    write("my_plugin-1.0.dist-info/METADATA", "Name: my-plugin\nVersion: 1.0\n")
    assert "Hint: seqtasks check my-plugin\n" in seqtasks("check", folder).err


def test_settings_of_a_file(seqtasks, file):
    """Settings belong to an entry, and the hint shows how to write them."""
    done = seqtasks("check", f"{file}:how=raise")
    assert (done.code, done.out) == (2, "")
    assert f"{file} is a file, and only an entry has settings." in done.err
    assert f"Hint: seqtasks check NAME:how=raise --plugin {file}\n" in done.err


def test_plugin_that_brings_nothing(seqtasks, write):
    """The error names what is wrong with it."""
    file = write("empty.py", "raise ValueError('not today')")
    done = seqtasks("check", file)
    assert (done.code, done.out) == (1, "")
    assert f"provides no entries to check. Cannot be imported: ValueError: not today in {file}, line 1." in done.err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["nonsense"], "Nothing is named 'nonsense'."),
        (["no/such/file.py"], "There is no file no/such/file.py."),
        (["adam"], "There are no checks of optimizers, such as adam."),
        (["delay:lagg=2"], "delay has no parameter 'lagg'."),
        (["table"], "table needs path."),
        (["prev-bit", "--limit", "0"], "Invalid value for '--limit'"),
        ([""], "'' has no name in it."),
    ],
)
def test_wrongly_typed(seqtasks, words, message):
    """Exit code 2, nothing on stdout, and no process is started."""
    done = seqtasks("check", *words)
    assert (done.code, done.out) == (2, "")
    assert message in done.err


def test_interrupt_ends_the_checks_and_what_they_started(file, tmp_path):
    """Exit code 130 within a moment; the process in which the check hangs is gone."""
    pid, source = tmp_path / "pid", Path(file)
    sleeping = f"open({str(pid)!r}, 'w').write(str(os.getpid())), time.sleep(600)"
    source.write_text(source.read_text().replace("time.sleep(600)", sleeping))
    words = [sys.executable, "-m", "seqtasks", "check", "bit:how=hang", "--plugin", file]
    running = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    with running:
        for _ in range(600):
            if pid.exists() and pid.read_text():
                break
            time.sleep(0.05)
        time.sleep(0.1)
        running.send_signal(signal.SIGINT)
        running.communicate(timeout=30)  # on a busy machine; the check itself would sleep for 600 s
    assert running.returncode == 130
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid.read_text()), 0)


def test_checking_a_task_loads_no_tensorflow():
    """Neither here nor where the checks run."""
    code = (
        "import sys\nfrom seqtasks.catalogue.host import Host\nfrom seqtasks.checks.subject import Named, checks_of\n"
        "host = Host.start(environ={'SEQTASKS_BLOCK': '*'})\n"
        "subject = Named('task', host.spec('tasks', 'prev-bit'), host).subject()\n"
        "[check(subject) for check in checks_of('task')]\n"
        "print(sorted({'tensorflow', 'keras', 'sklearn'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "[]\n"), done.stderr


@pytest.mark.parametrize(("law", "code", "word"), [("x[0] * x[self.lag]", 0, "Note"), ("1 - x[self.lag]", 1, "Wrong")])
def test_words_of_the_template(seqtasks, write, law, code, word):
    """They are noted while they describe the code, and fail the check once the law is another."""
    text = rendering.single_file(Draft("two-back", "task"))["two_back.py"]
    file = write("two_back.py", text.replace("return x[0] * x[self.lag]", f"return {law}"))
    done = seqtasks("check", file)
    assert done.code == code
    end = "the code has changed. Describe what it computes." if code else "so does the code. Replace both."
    words = [line for line in done.out.splitlines() if line.startswith(f"{word}: task two-back: the text ")]
    assert len(words) == 3
    assert any('"y[t] = x[t] * x[t - lag], P(x = 1) = 1/2"' in line for line in words)
    assert all(line.endswith(end) for line in words)
    record = json.loads(seqtasks("check", file, "--json").out)
    assert (len(record["problems"]), len(record["notes"])) == ((3, 0) if code else (0, 3))
