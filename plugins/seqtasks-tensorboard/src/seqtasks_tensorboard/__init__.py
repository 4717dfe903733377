"""An observer that writes runs for TensorBoard."""
