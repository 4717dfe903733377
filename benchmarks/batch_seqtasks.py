"""A learner of seqtasks, by name, and the feed that ``batch`` has in a run."""

from batch_work import BATCH, HELD, LEARNING_RATE, LENGTH, SEQUENCES, Contender
from online_work import UNITS, weights

from seqtasks.catalogue.host import Host
from seqtasks.feeds.epochs import EpochFeed
from seqtasks.tasks.prev_bit import PrevBit

ENDLESS = 10_000


def learner(model, trainer):
    """A trainer of whole sequences, and a model whose weights are a GRU's and a readout's.

    The feed is made here, for not every such trainer's own feed holds sequences back to validate on.
    """
    host, task = Host.start(), PrevBit()
    network = host.make("models", host.spec("models", f"{model}:units={UNITS}")).build(task.shapes, seed=0)
    network.load(weights())
    adam = f"optimizer=adam,optimizer.learning_rate={LEARNING_RATE}"
    spec = host.spec("trainers", f"{trainer}:batch_size={BATCH},clip=none,{adam}")
    made = host.make("trainers", spec).learner(network, task.objective, seed=0)
    feed = EpochFeed.drawn(
        task,
        network,
        sequences=SEQUENCES,
        length=LENGTH,
        batch=BATCH,
        steps=None,
        epochs=ENDLESS,
        seed=0,
        validation=HELD / SEQUENCES,
    )

    def learn(epochs):
        for _ in range(epochs):
            validation = None
            while validation is None:
                made.learn(feed.take(SEQUENCES * LENGTH))
                validation = feed.learned()
        return validation["loss"]

    return Contender(learn)
