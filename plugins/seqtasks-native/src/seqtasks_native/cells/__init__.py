"""The cells and their models, one a file."""
