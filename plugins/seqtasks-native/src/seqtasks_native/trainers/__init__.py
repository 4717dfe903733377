"""The native trainers, one a file."""
