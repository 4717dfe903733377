"""Know that it is right: the promises of tasks, cells, models and trainers, and proof of each."""
