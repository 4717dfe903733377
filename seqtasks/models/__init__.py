"""The built-in models, one a file."""

import seqtasks.keras  # noqa: F401 - refuses another back end before a model imports Keras
