"""What users pass as X, y, sample_weight and groups: checked, and as the arrays that networks learn from."""
