"""What to change in a program with a plain Keras model, by the name of the fault."""

from typing import Final

CHANGES: Final = {
    "missing-readout": "model.add(keras.layers.Dense({outputs}))  # after the recurrent layer",
    "truncated-gradient": "Train on rows of several steps, X of shape (rows, steps, inputs): the gradient reaches back "
    "to the start of a row.",
    "no-memory-needed": "Compare with a model without recurrent layers, or shift the targets: y[t] = f(x[t - 1]).",
}
