"""Keras RNN cells that Keras itself does not have, one per file."""
