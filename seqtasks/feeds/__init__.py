"""What a learner is fed in a run."""
