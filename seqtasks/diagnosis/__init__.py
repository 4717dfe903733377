"""Why a network does not learn: measurements of a trained network, and the faults that explain them.

* What is found: a ``diagnosis`` has ``measurement``s and ``fault``s.
* What is examined: a ``subject``, which is a network with its data and how it was trained. ``keras_model`` has that of
  a plain Keras model.
* How: ``examination`` measures the subject and applies the ``rules`` to it, one file per idea; ``rules/registry`` lists
  them. ``references`` are the losses that predictors reach which are fitted to the same data.
"""
