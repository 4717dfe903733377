"""Discovery: ``seqtasks list`` with 50 installed plugins against none, in turn, processor time too.

Each plugin is a package like ``plugins/seqtasks-xor``, with a task and a cell in modules of their own.
"""

import compileall
import os
import resource
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from measure import Record, alternate

PLUGINS = 50
ALLOWED = 0.050  # seconds
XOR = Path(__file__).parents[1] / "plugins" / "seqtasks-xor" / "src" / "seqtasks_xor"
METADATA = "Metadata-Version: 2.4\nName: seqtasks-fake-{number}\nVersion: 1.{number}\nRequires-Dist: seqtasks>=0.1\n"
README = "\n" + "A page of text, as the description of an installed package is.\n" * 40


def install(folder, number):
    """A renamed copy of the XOR package and its entries, with the metadata that pip would write."""
    package = folder / f"seqtasks_fake_{number}"
    shutil.copytree(XOR, package, ignore=shutil.ignore_patterns("__pycache__"))
    plugin = package / "plugin.py"
    text = plugin.read_text().replace("seqtasks_xor", package.name)
    plugin.write_text(text.replace('"xor"', f'"xor-{number}"').replace('"mgu"', f'"mgu-{number}"'))
    about = folder / f"{package.name}-1.{number}.dist-info"
    about.mkdir()
    (about / "METADATA").write_text(METADATA.format(number=number) + README)
    (about / "entry_points.txt").write_text(f"[seqtasks]\nfake-{number} = {package.name}.plugin\n")


def listed(folder, names):
    """Seconds, and seconds of a processor, of ``seqtasks list`` with that folder on the path."""
    command = [str(Path(sys.executable).with_name("seqtasks")), "list"]
    environment = os.environ | {"PYTHONPATH": str(folder)}
    used, before = processor(), time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    after = time.perf_counter()
    if done.stdout.count("xor-") != names or done.stderr:
        raise SystemExit(f"{done.stdout.count('xor-')} names of {names}; {done.stderr}")
    return after - before, processor() - used


def processor():
    """The seconds of a processor that ended children have used."""
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime


def main():
    record = Record(__doc__, repetitions=21)
    with TemporaryDirectory() as folder:
        full, empty = Path(folder) / "full", Path(folder) / "empty"
        full.mkdir()
        empty.mkdir()
        for number in range(PLUGINS):
            install(full, number)
        compileall.compile_dir(full, quiet=1)  # as pip does
        works = {"50 plugins": lambda: listed(full, PLUGINS), "none": lambda: listed(empty, 0)}
        alternate(works, 1)  # the files come from the disk but once
        figures = alternate(works, record.repetitions)
    for index, kind in enumerate(("elapsed", "of a processor")):
        medians = {name: statistics.median(pair[index] for pair in pairs) for name, pairs in figures.items()}
        pairs = zip(figures["50 plugins"], figures["none"], strict=True)
        added = statistics.median(more[index] - less[index] for more, less in pairs)
        print(f"seconds {kind}: " + ", ".join(f"{name} {median:.3f}" for name, median in medians.items()))
        print(f"added: {1000 * added:.0f} ms, at most {1000 * ALLOWED:.0f}: {'met' if added <= ALLOWED else 'MISSED'}")
        record.add("seqtasks list", kind, added=added, allowed=ALLOWED, **medians)


if __name__ == "__main__":
    main()
