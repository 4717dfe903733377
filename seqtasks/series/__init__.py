"""Real series in CSV, with their times; seqtasks.core.real_series describes them."""
