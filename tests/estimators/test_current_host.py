"""The names that an estimator can be given."""

from seqtasks.estimators.training.recipe import current_host

PLUGIN = """
from seqtasks import Entry, hookimpl

@hookimpl
def seqtasks_models():
    yield Entry("brand-new", "Installed a moment ago.", "math:sqrt")
"""


def test_they_are_looked_through_once():
    """Two estimators in turn share the host."""
    assert current_host() is current_host()


def test_a_newly_installed_plugin_is_found(tmp_path, monkeypatch):
    """Into a folder that was looked through before, as by pip in a notebook; and it is gone again with the folder."""
    monkeypatch.syspath_prepend(str(tmp_path))
    assert "brand-new" not in current_host().shelf("models")
    (tmp_path / "brand_new_plugin.py").write_text(PLUGIN)
    info = tmp_path / "brand_new-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: brand-new\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[seqtasks]\nbrand-new = brand_new_plugin\n")
    assert "brand-new" in current_host().shelf("models")
    monkeypatch.undo()
    assert "brand-new" not in current_host().shelf("models")


def test_the_environment_is_asked_each_time(tmp_path, monkeypatch):
    """A plugin that is named there is known from then on, and unknown once it is blocked."""
    file = tmp_path / "named.py"
    file.write_text(PLUGIN)
    monkeypatch.setenv("SEQTASKS_PLUGINS", str(file))
    assert "brand-new" in current_host().shelf("models")
    monkeypatch.setenv("SEQTASKS_BLOCK", "*")
    assert "brand-new" not in current_host().shelf("models")
