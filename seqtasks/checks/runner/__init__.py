"""Runs checks in a process of its own, so that a plugin that crashes or hangs harms nothing else."""
