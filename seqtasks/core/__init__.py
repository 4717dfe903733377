"""What tasks, networks, models and trainers are, and what a loss is. NumPy, and no library of networks."""
