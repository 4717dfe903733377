"""``seqtasks explain``: what is printed, the page, and what is typed wrongly."""

import json
from pathlib import Path

import pytest

PLUGIN = str(Path(__file__).parents[1] / "support" / "numpy_plugin.py")
FAST = ("prev-bit", "--model", "elman", "--trainer", "readout", "--steps", "300", "--plugin", PLUGIN)


@pytest.mark.tensorflow
def test_a_run_is_explained_as_json_and_as_a_page(seqtasks, tmp_path):
    """The same verdict in both; the page needs no network, and names go through its filter."""
    page = tmp_path / "page.html"
    done = seqtasks("explain", *FAST, "--json", "--html", str(page))
    assert done.code == 0, done.err
    record = json.loads(done.out)
    assert record["verdict"] in {"not learned", "partly learned"}
    assert {"loss", "lag", "credit-assignment", "memory-capacity"} <= {each["name"] for each in record["measurements"]}
    assert record["attempts"] is None
    text = page.read_text()
    assert f"Verdict: {record['verdict']}" in text
    assert "prev-bit | elman | readout" in text
    assert "//" not in text.replace("</", "")
    assert str(page) in done.err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--html", "page.txt"), "The name of the page 'page.txt' does not end in .html."),
        (("--metric", "r2"), "No such option"),
    ],
    ids=["page", "metric"],
)
def test_mistakes_are_named_before_the_run(seqtasks, words, message):
    """Exit code 2, and nothing on standard output."""
    done = seqtasks("explain", *FAST, *words)
    assert (done.code, done.out) == (2, "")
    assert message in done.err
