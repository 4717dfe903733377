"""A run of seqtasks: what its diagnosis examines, what can be changed, and copies that are trained with changes."""
