"""The interfaces of tasks, networks, models and trainers, and the losses. NumPy alone."""
