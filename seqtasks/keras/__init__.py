"""Networks of Keras layers and the compiled loops that train them."""

from seqtasks.running import keras_backend

keras_backend.check()
