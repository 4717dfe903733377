"""The live display of a run in a terminal or a notebook."""
