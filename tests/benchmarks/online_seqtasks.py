"""The learner of seqtasks on inputs and targets."""

import numpy as np
from online_work import Contender, weights

from seqtasks.core.task import Chunk
from seqtasks.models.gru import GRU
from seqtasks.tasks.prev_bit import PrevBit
from seqtasks.trainers.online import Online


def learner(setting, steps):
    """``online:window=1``."""
    task = PrevBit()
    network = GRU(units=weights()[1].shape[0]).build(task.shapes, seed=0)
    network.load(weights())
    adam = f"adam:learning_rate={setting.learning_rate},epsilon={setting.epsilon},amsgrad={setting.amsgrad}".lower()
    made = Online(window=1, optimizer=adam, clip=setting.clip).learner(network, task, seed=0)

    def learn(x, y):
        shape = (1, len(x))
        return made.learn(Chunk(x[None, :, None], y[None, :, None], np.ones(shape, np.float32), np.zeros(shape, bool)))[
            0
        ]

    return Contender(learn, steps)
