"""Comparisons of methods over tasks and seeds: estimates with intervals, paired tests, and verdicts in words."""
