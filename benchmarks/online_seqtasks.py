"""A learner of seqtasks, by name, on inputs and targets."""

import numpy as np
from online_work import Contender, weights

from seqtasks.catalogue.host import Host
from seqtasks.core.task import Chunk
from seqtasks.tasks.prev_bit import PrevBit


def learner(setting, steps, model, trainer, plugins=()):
    """A trainer that learns a stream, and a model whose weights are a GRU's and a readout's.

    Args:
        setting: The optimizer.
        steps: How many are learned in one repetition.
        model: The model's spec.
        trainer: The trainer's spec; the optimizer is added.
        plugins: Files that bring names.
    """
    host, task = Host.start(plugins), PrevBit()
    network = host.make("models", host.spec("models", model)).build(task.shapes, seed=0)
    network.load(weights())
    own = {
        "clip": setting.clip,
        "optimizer": "adam",
        "optimizer.learning_rate": setting.learning_rate,
        "optimizer.epsilon": setting.epsilon,
        "optimizer.amsgrad": setting.amsgrad,
    }
    text = ",".join(f"{key}={value}".lower() for key, value in own.items())
    made = host.make("trainers", host.spec("trainers", f"{trainer},{text}")).learner(network, task.objective, seed=0)

    def learn(x, y):
        shape = (1, len(x))
        chunk = Chunk(x[None, :, None], y[None, :, None], np.ones(shape, np.float32), np.zeros(shape, bool))
        return made.learn(chunk)[0]

    return Contender(learn, steps)
