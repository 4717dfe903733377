"""Networks of Keras layers, and the compiled loops that train and run them.

* What a network is: ``model`` builds a ``network`` of an ``architecture``; ``structure`` is what a cell may declare.
* How it learns: ``batch_loop`` on whole sequences, with ``scan`` and ``dropout``; ``online_loop`` step by step, by a
  rule of ``credit``. ``run_loop`` predicts. ``replicas`` and ``slots`` hold the weights meanwhile.
* Keras objects: ``factory`` makes them from settings; ``initializers``, ``optimizer``, ``loss``, ``metrics`` and
  ``callbacks`` are the namesakes of Keras's modules.
* How programs are compiled: ``program``, with ``compile_errors`` for its errors; ``vectorisation`` tests whether steps
  vectorise; ``runtime`` is the lock; ``backend`` checks that Keras uses TensorFlow.
"""

from seqtasks.keras import backend

backend.check()
