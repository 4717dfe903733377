"""What all online trainers refuse."""

import pytest

from seqtasks.catalogue.host import Host
from seqtasks.errors import UsageError
from seqtasks.keras.online_trainer import AbstractOnlineTrainer
from seqtasks.models.simple_rnn import SimpleRNN
from seqtasks.tasks.prev_bit import PrevBit

pytestmark = pytest.mark.tensorflow

HOST = Host.start(environ={"SEQTASKS_BLOCK": "*"})
MADE = {name: HOST.make("trainers", HOST.spec("trainers", name)) for name in HOST.shelf("trainers")}
ONLINE = {name: trainer for name, trainer in MADE.items() if isinstance(trainer, AbstractOnlineTrainer)}


@pytest.mark.parametrize("name", ONLINE)
def test_dropout_is_for_whole_sequences(name):
    """Every online rule refuses a network with dropout."""
    network = SimpleRNN(units=2, dropout=0.5).build(PrevBit().shapes, seed=0)
    with pytest.raises(UsageError) as caught:
        ONLINE[name].learner(network, PrevBit().objective, 0)
    assert str(caught.value) == (f"The trainer {name} does not support dropout (0.5), which is for whole sequences.")
    assert caught.value.hint == "Set dropout=0, or use --trainer batch."


@pytest.mark.parametrize("name", ONLINE)
def test_a_stream_has_no_epochs(name):
    """Steps are what it is measured in."""
    with pytest.raises(UsageError) as caught:
        ONLINE[name].feed(PrevBit(), None, 0, None, 3)
    assert str(caught.value) == f"The trainer {name} learns from an endless stream, which has no epochs."
    assert caught.value.hint == "Use --steps."


def test_only_a_window_has_an_end():
    """Credit that is carried forward reaches back to the start."""
    ends = {name: trainer.truncation_length(PrevBit().objective) for name, trainer in ONLINE.items()}
    assert {name: end for name, end in ends.items() if end is not None} == {"online": PrevBit().depth}
    assert len(ends) == 7
