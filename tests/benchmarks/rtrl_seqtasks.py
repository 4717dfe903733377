"""The RTRL learner of seqtasks on inputs and targets."""

from pathlib import Path

import numpy as np
from online_work import Contender, weights

from seqtasks.catalogue.host import Host
from seqtasks.core.task import Chunk
from seqtasks.tasks.prev_bit import PrevBit

PLUGIN = Path(__file__).with_name("undeclared_gru.py")


def learner(setting, steps, model):
    """``rtrl`` and a model's spec, any whose weights are a GRU's and a readout's."""
    host, task = Host.start([str(PLUGIN)]), PrevBit()
    network = host.make("models", host.spec("models", model)).build(task.shapes, seed=0)
    network.load(weights())
    adam = f"optimizer=adam,optimizer.learning_rate={setting.learning_rate},optimizer.epsilon={setting.epsilon}"
    trainer = host.make("trainers", host.spec("trainers", f"rtrl:clip=none,{adam}"))
    made = trainer.learner(network, task, seed=0)

    def learn(x, y):
        shape = (1, len(x))
        chunk = Chunk(x[None, :, None], y[None, :, None], np.ones(shape, np.float32), np.zeros(shape, bool))
        return made.learn(chunk)[0]

    return Contender(learn, steps)
