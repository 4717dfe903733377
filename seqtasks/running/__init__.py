"""A run: what is asked for, how it goes, what comes out."""
