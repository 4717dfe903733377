"""A run: the request, the driver, the training session and the record."""
