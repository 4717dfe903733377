"""The memory tasks of the literature for seqtasks, one law per file."""
