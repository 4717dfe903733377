"""Sequence-memory tasks and the recurrent networks that learn them."""
