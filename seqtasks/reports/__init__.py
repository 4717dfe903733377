"""Reports of runs: a page, pictures and tables of how methods compare."""
