"""How credit reaches the past while a network runs: the rules' interface, and what they are made of."""
