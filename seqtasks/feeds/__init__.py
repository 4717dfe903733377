"""The data of a run, chunk by chunk."""
