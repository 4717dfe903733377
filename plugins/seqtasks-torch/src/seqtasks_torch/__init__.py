"""Recurrent networks of PyTorch modules for seqtasks, and the trainers that train them."""
