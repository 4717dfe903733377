"""Keras's ``fit``: a GRU with a dense readout that is compiled and fitted."""

import keras
from lag_symbols_work import BATCH, KINDS, LAG, RATE, STEPS, UNITS, drawn


def fitted(start, seed, epochs):
    """The error on fresh sequences after the epochs; ``fit`` shuffles, so that it has no losses to compare."""
    keras.utils.set_random_seed(seed)
    inputs = keras.Input((STEPS, KINDS))
    states = keras.layers.GRU(UNITS, return_sequences=True)(inputs)
    model = keras.Model(inputs, keras.layers.Dense(KINDS)(states[:, LAG:]))
    model.set_weights(start.weights(seed))
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(RATE, epsilon=start.epsilon), loss)
    known, fresh = drawn(seed)
    model.fit(known.x, known.y, BATCH, epochs, verbose=0)
    return fresh.error(model.predict(fresh.x, verbose=0).argmax(axis=2)), None
