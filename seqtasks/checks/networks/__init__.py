"""What cells and models promise, and proof of it."""
