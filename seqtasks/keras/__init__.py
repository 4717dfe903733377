"""Networks of Keras layers, and the compiled loops that train and run them.

* What a network is: ``model`` builds a ``network`` of an ``architecture``, which is layers as functions of their
  weights; ``structure`` is what a cell may declare about its step.
* How it learns: ``batch_loop`` has the loop and the learner for whole sequences, with ``scan`` and ``dropout``.
  ``online_trainer`` is the base class of trainers that learn step by step, ``online_learner`` their learner, and
  ``online_loop`` its loop, which a rule of ``credit`` completes. ``replicas`` has the weights and optimizer slots of
  the networks that a learner trains, and ``shared_variables`` the variables that a loop reads and writes.
* How it predicts: ``run_loop``, one step after the other.
* Keras objects: ``factory`` builds them from settings. ``initializers``, ``optimizer``, ``loss``, ``metrics`` and
  ``callbacks`` each hold what is needed of the Keras module of the same name.
* How loops are compiled: ``program``, with ``compile_errors`` for its errors; ``vectorisation`` tests whether steps
  vectorise; ``runtime`` is the lock; ``backend`` checks that Keras uses TensorFlow, at the import of this package.
"""

from seqtasks.keras import backend

backend.check()
