"""PyTorch on one thread: for networks this small more only wait for each other."""

import pytest
import torch


@pytest.fixture(autouse=True)
def one_thread():
    """As many as there were, afterwards."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)
