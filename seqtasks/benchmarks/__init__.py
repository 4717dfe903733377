"""Benchmarks: suites of runs, the workers that execute them, and the table at the end."""
