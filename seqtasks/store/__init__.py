"""The store of runs: one SQLite file that several processes may write, and that loses nothing if they are killed."""
