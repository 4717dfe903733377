"""seqtasks: its estimator, and its trainer ``batch`` from given weights."""

import numpy as np
from lag_symbols_work import BATCH, KINDS, LAG, RATE, SEQUENCES, STEPS, UNITS, drawn, orders

from seqtasks.core.task import Chunk, Objective, Shapes
from seqtasks.estimators import SequenceClassifier
from seqtasks.models.gru import GRU
from seqtasks.trainers.batch import Batch

COUNTS = np.broadcast_to(np.arange(STEPS) >= LAG, (SEQUENCES, STEPS)).astype(np.float32)


def classified(model, seed, epochs):
    """The error of an estimator, all whose random numbers are its own."""
    known, fresh = drawn(seed)
    estimator = SequenceClassifier(
        output="steps",
        model=f"gru:units={UNITS}{model}",
        trainer=f"batch:batch_size={BATCH},clip=none",
        learning_rate=RATE,
        epochs=epochs,
        random_state=seed,
    )
    estimator.fit(known.x, np.pad(known.y, ((0, 0), (LAG, 0))), sample_weight=COUNTS)
    return fresh.error(np.asarray(estimator.predict(fresh.x))[:, LAG:]), None


def learned(start, seed, epochs):
    """The error after the epochs from given weights, and the loss of each mini-batch before its update."""
    shapes = Shapes(inputs=KINDS, outputs=KINDS, kind="class")
    network = GRU(units=UNITS).build(shapes, seed)
    network.load(start.weights(seed))
    trainer = Batch(batch_size=BATCH, optimizer=f"adam:learning_rate={RATE},epsilon={start.epsilon}", clip=None)
    learner, (known, fresh), losses = trainer.learner(network, Objective(shapes, None), seed), drawn(seed), []
    targets, starts = np.pad(known.y, ((0, 0), (LAG, 0)))[..., None], np.arange(STEPS) == np.zeros((SEQUENCES, 1))
    chunk = Chunk(known.x, targets, COUNTS, starts)
    for order in orders(seed, epochs):
        found = learner.learn(chunk.lanes_at(order))[:, LAG:]
        losses += list(found.reshape(-1, BATCH * found.shape[1]).mean(axis=1))
    return fresh.error(network(fresh.x).argmax(axis=2)[:, LAG:]), np.array(losses)
