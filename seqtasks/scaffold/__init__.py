"""Plugins to start from: a package, or one file, that works and is its author's from then on."""
