"""Recurrent networks trained one step at a time by loops that Numba compiles, for seqtasks."""
