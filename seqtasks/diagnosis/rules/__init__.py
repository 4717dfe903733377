"""One rule per file: a function of a subject that finds one kind of fault."""
