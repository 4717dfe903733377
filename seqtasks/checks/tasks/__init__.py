"""What tasks promise, and proof of it."""
