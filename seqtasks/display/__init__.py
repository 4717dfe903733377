"""What a person sees while a run goes on, in a terminal or a notebook."""
