"""Keras RNN cells, one a file; none is built in yet but what Keras brings."""
