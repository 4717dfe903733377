"""``model.fit`` on the same sequences."""

import keras
from estimators_work import BATCH, EPOCHS, UNITS, Fit, arrays


def fit(*size):
    """A model that is compiled and has been fitted before."""
    X, y = arrays(*size)
    model = keras.Sequential([keras.Input(X.shape[1:]), keras.layers.GRU(UNITS), keras.layers.Dense(1)])
    model.compile(keras.optimizers.Adam(0.01), loss="mse")
    return Fit(lambda: model.fit(X, y, BATCH, EPOCHS, verbose=0))
