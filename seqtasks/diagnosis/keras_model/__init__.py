"""A plain Keras model, its arrays, and how it was fitted.

``explain`` is the entry. ``subject`` is what the rules examine. It consists of ``fit_arguments``, the ``layers`` of the
model, and the model as a function (``model_function``), which leaves the model of the user as it is.
"""

from seqtasks.keras import backend

backend.check()
