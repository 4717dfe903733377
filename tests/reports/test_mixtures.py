"""Notes about versions that differ between methods, and names of tasks without folders."""

import json

from support.made_up_runs import one, runs

from seqtasks.reports.mixtures import mixtures
from seqtasks.reports.task_names import without_folders


def of(model, *version, task="delay"):
    return one(model, task, [0.5, 0.6], version=json.dumps(version))


def test_methods_of_several_versions():
    """Each package is named once with its versions; plugins of one method alone are no mixture."""
    found = [
        of("gru", "0.1.0", [], ""),
        of("lstm", "0.2.0", [["x", "1.0"]], ""),
        of("lru", "0.2.0", [["x", "1.1"]], ""),
    ]
    first, second = mixtures(found)
    assert first.startswith("Runs of several versions of seqtasks are compared: 0.1.0, 0.2.0.")
    assert second.startswith("Runs of several versions of x are compared: 1.0, 1.1.")
    assert list(mixtures(found[1:2])) == list(mixtures([one("gru", "delay", [0.5])])) == []


def test_methods_on_several_data():
    """Of one task; two tasks may have two files."""
    (note,) = mixtures([of("gru", "1", [], "a"), of("lstm", "1", [], "b")])
    assert note == "The methods on delay were run on 2 versions of its file. Run all of them on one."
    assert list(mixtures([of("gru", "1", [], "a"), of("lstm", "1", [], "b", task="echo")])) == []


def test_folders_are_left_out_of_tasks():
    """In quotes or not, and only where two tasks stay apart."""

    def shown(*tasks):
        return [run.task for run in without_folders([run for task in tasks for run in runs("gru", task, [0.5])])]

    assert shown("table:path=/a/b.csv,target=y", "sequences:kind=real,path=~/c.npz") == [
        "table:path=b.csv,target=y",
        "sequences:kind=real,path=c.npz",
    ]
    assert shown('table:path="/a, b/c.csv",target=y') == ["table:path=c.csv,target=y"]
    assert shown('table:path="/a/b, c.csv",target=y') == ['table:path="b, c.csv",target=y']
    same = ["table:path=/a/x.csv,target=y", "table:path=/b/x.csv,target=y"]
    assert shown(*same) == same
    assert shown("delay:lag=2", "table:path=seqtasks:nile,target=flow") == [
        "delay:lag=2",
        "table:path=seqtasks:nile,target=flow",
    ]
