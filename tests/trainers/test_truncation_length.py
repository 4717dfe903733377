"""The default truncation length of each trainer."""

import pytest

from seqtasks.tasks.delay import Delay
from seqtasks.tasks.prev_bit import PrevBit
from seqtasks.tasks.table import Table
from seqtasks.trainers.batch import Batch
from seqtasks.trainers.online import Online

pytestmark = pytest.mark.tensorflow


@pytest.mark.parametrize(
    ("trainer", "task", "steps"),
    [
        (Online(), PrevBit(), 2),
        (Online(), Delay(lag=7), 8),
        (Online(window=3), Delay(lag=7), 3),
        (Batch(), PrevBit(), 32),
        (Batch(), Delay(lag=40), 82),
        (Batch(length=5), Delay(lag=40), 5),
    ],
)
def test_the_tasks_depth_decides_unless_told(trainer, task, steps):
    """A window of the depth; sequences of twice the depth, but not below 32."""
    assert trainer.truncation_length(task.objective) == steps


def test_where_the_depth_is_unknown_a_window_is_ten_steps(tmp_path):
    """As for a user's table."""
    path = tmp_path / "rows.csv"
    path.write_text("a,b\n" + "".join(f"{n % 7},{n % 5}\n" for n in range(200)))
    task = Table(path=str(path), target="b")
    assert task.depth is None
    assert Online().truncation_length(task.objective) == 10
    assert Batch().truncation_length(task.objective) == 32
