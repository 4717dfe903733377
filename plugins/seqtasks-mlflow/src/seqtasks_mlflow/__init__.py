"""An observer that sends runs to MLflow."""
