"""Tables of a user: reading them, and cleaning them for training and for prediction."""
