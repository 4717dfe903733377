"""Keras by hand: a GRU with a dense readout that is compiled and fitted."""

import keras


class Network:
    """A Keras model with a GRU and a dense readout."""

    def __init__(self, setting, classes, seed):
        keras.utils.set_random_seed(seed)
        self._setting, self._classes = setting, classes
        self._model = keras.Sequential([keras.layers.GRU(setting.units), keras.layers.Dense(classes or 1)])
        self._model.compile(
            keras.optimizers.Adam(setting.learning_rate, global_clipnorm=1.0),
            loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True) if classes else "mse",
        )

    def fit(self, x, y):
        """Learn all epochs."""
        self._model.fit(x, y, self._setting.batch_size, self._setting.epochs, verbose=0)

    def predict(self, x):
        """Classes or numbers (n,)."""
        predictions = self._model.predict(x, verbose=0)
        return predictions.argmax(axis=1) if self._classes else predictions[:, 0]
