"""A task and a cell for seqtasks: the smallest complete plugin."""
