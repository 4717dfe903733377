"""Keras RNN cells beside those that Keras brings, one a file."""
