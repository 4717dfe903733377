"""Models that do not compute with Keras are checked without it."""

import subprocess
import sys
from pathlib import Path

PLUGIN = str(Path(__file__).parents[1] / "support" / "numpy_plugin.py")
CODE = f"""
import sys
from seqtasks.catalogue.host import Host
from seqtasks.checks import DoesNotApply, checks_of
from seqtasks.checks.subject import Named

host = Host.start([{PLUGIN!r}], {{}})
subject = Named("model", host.spec("models", "elman"), host).subject()
for check in checks_of("model"):
    try:
        check(subject)
        print("ok", check.name)
    except DoesNotApply as reason:
        print("none", check.name, reason)
print(sorted({{"keras", "tensorflow"}} & set(sys.modules)))
"""


def test_a_network_of_numpy_is_checked_without_tensorflow():
    """The checks of any network pass, those of Keras layers do not apply, and neither library is imported."""
    done = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    *lines, imported = done.stdout.splitlines()
    assert imported == "[]"
    passed = [line.split()[1] for line in lines if line.startswith("ok ")]
    assert passed == [
        "seeding",
        "outputs",
        "stepping",
        "carrying",
        "future",
        "lanes",
        "resetting",
        "weight-access",
        "saving",
    ]
    assert "none gradients ElmanModel is not a stack of Keras layers." in lines
