"""Small Keras programs to explain."""

import keras
import numpy as np


def bits(steps, seed=0):
    """Random bits (steps,), of which a quarter are ones, and one minus the previous bit."""
    x = (np.random.default_rng(seed).random(steps) < 0.25).astype(np.float32)
    return x, np.concatenate([[1], 1 - x[:-1]]).astype(np.float32)


def compiled(*layers, loss="mse", learning_rate=0.01, **settings):
    """A sequential model with Adam."""
    model = keras.Sequential(layers)
    model.compile(keras.optimizers.Adam(learning_rate), loss, **settings)
    return model


def question(readout=False, steps=600):
    """The network of the question, its inputs (N, 1, 1) and its targets (N, 1)."""
    keras.utils.set_random_seed(0)
    x, y = bits(steps)
    layers = [keras.Input(batch_shape=(1, 1, 1)), keras.layers.GRU(16, stateful=True)]
    layers += [keras.layers.Dense(1)] if readout else []
    return compiled(*layers, learning_rate=0.001), x.reshape(-1, 1, 1), y.reshape(-1, 1)


def values(model):
    """A copy of every number of a model: weights, states, and slots of the optimizer."""
    states = [state for layer in model.layers for state in (getattr(layer, "states", None) or ())]
    return [v.value.numpy().copy() for v in [*model.variables, *states, *model.optimizer.variables]]
