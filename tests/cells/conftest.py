"""Cells with weights drawn at random, and what they give for whole sequences."""

from types import SimpleNamespace

import numpy as np
import pytest

UNITS, INPUTS, LANES, STEPS = 4, 3, 2, 30


@pytest.fixture(params=[("float64", 1e-12), ("float32", 1e-5)], ids=["float64", "float32"])
def precision(request):
    """A dtype and how far its rounding may lead from float64."""
    return request.param


@pytest.fixture
def stepped(precision):
    """Steps a new cell of random weights over random inputs; its outputs, weights and inputs, and what is allowed."""

    def stepped(cell, **settings):
        dtype, rounding = precision
        cell = cell(UNITS, dtype=dtype, **settings)
        cell.build((None, INPUTS))
        random = np.random.default_rng(0)
        cell.set_weights([random.normal(0, 0.7, weight.shape) for weight in cell.weights])
        inputs = random.normal(size=(STEPS, LANES, INPUTS)).astype(dtype)
        state, outputs = cell.get_initial_state(LANES), []
        for x in inputs:
            y, state = cell(x, state)
            outputs.append(y.numpy())
        assert {str(y.dtype) for y in outputs} == {str(s.dtype.name) for s in state} == {dtype}
        return SimpleNamespace(
            outputs=np.array(outputs),
            weights={weight.name: weight.numpy().astype(np.float64) for weight in cell.weights},
            inputs=inputs.astype(np.float64),
            zeros=np.zeros((LANES, UNITS)),
            rounding=rounding,
        )

    return stepped
