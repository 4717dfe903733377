"""Names with settings: how they are typed, read from signatures, checked and printed. Nothing heavy."""
