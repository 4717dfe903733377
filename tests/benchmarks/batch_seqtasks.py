"""The learner and the feed of seqtasks's batch trainer."""

from batch_work import BATCH, HELD, LEARNING_RATE, LENGTH, SEQUENCES, Contender
from online_work import weights

from seqtasks.models.gru import GRU
from seqtasks.tasks.prev_bit import PrevBit
from seqtasks.trainers.batch import Batch

ENDLESS = 10_000


def learner():
    """``batch``, fed as a run feeds it."""
    task = PrevBit()
    network = GRU(units=weights()[1].shape[0]).build(task.shapes, seed=0)
    network.load(weights())
    trainer = Batch(
        sequences=SEQUENCES,
        length=LENGTH,
        batch_size=BATCH,
        validation=HELD / SEQUENCES,
        optimizer=f"adam:learning_rate={LEARNING_RATE}",
        clip=None,
    )
    made = trainer.learner(network, task, seed=0)
    feed = trainer.feed(task, network, seed=0, steps=None, epochs=ENDLESS)

    def learn(epochs):
        for _ in range(epochs):
            validation = None
            while validation is None:
                made.learn(feed.take(SEQUENCES * LENGTH))
                validation = feed.learned(made)
        return validation

    return Contender(learn)
