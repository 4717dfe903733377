"""The question's loop: a stateful Keras model that is given one step at a time."""

import keras
from online_work import Contender, weights


def model(setting):
    """A stateful GRU with a dense readout."""
    made = keras.Sequential(
        [
            keras.Input(batch_shape=(1, 1, 1)),
            keras.layers.GRU(weights()[1].shape[0], stateful=True),
            keras.layers.Dense(1),
        ]
    )
    made.set_weights(weights())
    optimizer = keras.optimizers.Adam(
        setting.learning_rate, amsgrad=setting.amsgrad, epsilon=setting.epsilon, global_clipnorm=setting.clip
    )
    made.compile(optimizer, loss="mse")
    return made


def fit(setting, steps):
    """``model.fit`` on one step after another."""
    made = model(setting)

    def learn(x, y):
        return [
            made.fit(x[t].reshape(1, 1, 1), y[t].reshape(1, 1), batch_size=1, verbose=0).history["loss"][0]
            for t in range(len(x))
        ]

    return Contender(learn, steps)


def train_on_batch(setting, steps):
    """``model.train_on_batch`` on one step after another."""
    made = model(setting)

    def learn(x, y):
        losses = []
        for t in range(len(x)):
            made.reset_metrics()  # or the losses would be running means
            losses.append(float(made.train_on_batch(x[t].reshape(1, 1, 1), y[t].reshape(1, 1))))
        return losses

    return Contender(learn, steps)
