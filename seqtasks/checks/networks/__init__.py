"""Checks of cells and models."""
