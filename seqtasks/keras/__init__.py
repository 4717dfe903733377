"""Networks of Keras layers and the compiled loops that train them."""
