"""The built-in trainers, one a file."""
