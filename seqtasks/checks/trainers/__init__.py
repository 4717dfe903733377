"""What trainers promise, and proof of it."""
