"""The command line: one module per command. ``app`` combines them; ``output`` writes all they print."""
