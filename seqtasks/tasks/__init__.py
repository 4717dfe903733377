"""The built-in tasks, one law per file."""
