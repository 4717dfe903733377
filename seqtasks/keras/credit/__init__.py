"""Credit rules, one a file: how the gradient of a step's loss reaches the past, and the parts that rules share."""
