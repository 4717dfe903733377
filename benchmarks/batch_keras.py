"""``model.fit`` on whole sequences."""

import keras
import numpy as np
from batch_work import BATCH, HELD, LEARNING_RATE, LENGTH, SEQUENCES, Contender, sequences
from online_work import weights


def fit():
    """A GRU with a dense readout at every step."""
    units = weights()[1].shape[0]
    model = keras.Sequential(
        [keras.Input((LENGTH, 1)), keras.layers.GRU(units, return_sequences=True), keras.layers.Dense(1)]
    )
    model.set_weights(weights())
    model.compile(keras.optimizers.Adam(LEARNING_RATE), loss="mse")
    x, y = (np.concatenate(parts) for parts in zip(*sequences(), strict=True))

    def learn(epochs):
        history = model.fit(x, y, BATCH, epochs, validation_split=HELD / SEQUENCES, verbose=0).history
        return history["val_loss"][-1]

    return Contender(learn)
