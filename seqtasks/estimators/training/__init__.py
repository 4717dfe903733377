"""Networks behind estimators: what builds them, their training over epochs, and their state."""
