"""Checks of tasks."""
