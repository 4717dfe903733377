"""What to change in a program with a plain Keras model, by the name of the fault."""

from typing import Any, Final

CHANGES: Final = {
    "missing-readout": "model.add(keras.layers.Dense({outputs}))  # after the recurrent layer",
    "truncated-gradient": "Train on rows of several steps, X of shape (rows, steps, inputs): the gradient reaches back "
    "to the start of a row.",
    "unpredictable-targets": "Check that X and y have the same order: X[n] and y[n] belong together.",
    "no-memory-needed": "Compare with a model without recurrent layers, or shift the targets: y[t] = f(x[t - 1]).",
    "dropout-high": "keras.layers.Dropout(0.1)  # or none, until the network learns",
    "exploding-gradient": "model.compile(keras.optimizers.Adam(0.001, clipnorm=1.0), ...)\n"
    "# and in the recurrent layer: recurrent_initializer='orthogonal', activation='tanh'",
    "vanishing-gradient": "Use LSTM or GRU with its default initial weights, or bring the input that matters nearer: "
    "fewer steps, or the value itself as a feature.",
    "saturated-gates": "Begin with the default initial weights: kernel_initializer='glorot_uniform', "
    "bias_initializer='zeros'.",
    "dead-units": "Use activation='tanh' or 'leaky_relu', and bias_initializer='zeros'.",
    "frozen-weights": "for layer in model.layers: layer.trainable = True\n"
    "model.compile(...)  # again: it takes effect then",
    "too-few-updates": "model.fit(..., epochs=...)  # more epochs, or a smaller batch_size",
    "learned-and-lost": "Lower the learning rate in the course of the training, and keep the best weights: "
    "keras.callbacks.EarlyStopping('loss', patience=5, restore_best_weights=True).",
    "too-few-units": "More units in the recurrent layer: 4 * {units}.",
}


def with_rate(optimizer: Any, rate: float) -> str:
    """The code that compiles a model with another learning rate.

    Args:
        optimizer: The optimizer of the model.
        rate: The learning rate.

    Example:
        >>> import keras
        >>> with_rate(keras.optimizers.SGD(1.0, momentum=0.9), 0.1)
        'model.compile(keras.optimizers.SGD(0.1, momentum=0.9), ...)'
    """
    name = type(optimizer).__name__
    module = "keras.optimizers." if type(optimizer).__module__.startswith("keras.") else ""
    momentum = optimizer.get_config().get("momentum")
    more = f", momentum={momentum:g}" if momentum else ""
    return f"model.compile({module}{name}({rate:.3g}{more}), ...)"
