"""``seqtasks plugins``."""

import json


def test_what_each_brings_and_what_is_wrong(seqtasks, plugin):
    """Problems are this command's data, and not repeated on stderr."""
    done = seqtasks("plugins", "--plugin", plugin)
    assert (done.code, done.err) == (0, "")
    assert any(line.endswith("--plugin  gru, leaky") for line in done.out.splitlines())
    assert f"{plugin}: seqtasks_task is no hook; the hooks are seqtasks_tasks" in done.out


def test_json(seqtasks, plugin, monkeypatch):
    """Each plugin with its names by kind; a blocked one brings none."""
    builtin, mixed = json.loads(seqtasks("plugins", "--json", "--plugin", plugin).out)
    assert builtin["name"] == "seqtasks"
    assert builtin["trainers"] == ["batch", "online", "rtrl", "snap", "rflo", "uoro", "kf-rtrl", "diagonal"]
    assert (mixed["tasks"], mixed["cells"], mixed["models"]) == (["gru"], ["leaky"], [])
    assert len(mixed["problems"]) == 1
    monkeypatch.setenv("SEQTASKS_BLOCK", "mixed")
    mixed = json.loads(seqtasks("plugins", "--json", "--plugin", plugin).out)[1]
    assert (mixed["blocked"], mixed["tasks"], mixed["problems"]) == (True, [], [])
