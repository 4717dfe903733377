"""What a worker refuses before it computes."""

import support.numpy_plugin

from seqtasks.benchmarks import work
from seqtasks.catalogue.host import Host
from seqtasks.running.request import RunRequest

PLUGIN = support.numpy_plugin.__file__


def test_a_worker_computes_no_run_on_another_file(tmp_path):
    """The run fails with a sentence that names the task, and has no result."""
    path = tmp_path / "d.csv"
    path.write_text("load\n" + "1\n2\n" * 20)
    request = RunRequest.of(
        Host.start([PLUGIN]), f"table:path={path},target=load,kind=real", "elman", "readout", steps=20
    )
    path.write_text("load\n" + "1\n3\n" * 20)
    outcome = work.run(request.to_json(), request.key())
    assert (outcome.status, outcome.result) == ("failed", None)
    assert outcome.error.startswith(
        f"The file of table:path={path},target=load,kind=real is not the one that the benchmark was started with. "
        "A file must not change during a benchmark"
    )
