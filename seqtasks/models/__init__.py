"""The built-in models, one per file."""

import seqtasks.keras  # noqa: F401 - checks the back end before a model imports Keras
