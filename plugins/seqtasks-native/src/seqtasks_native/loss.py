"""The losses of seqtasks.core.loss and their derivatives, compiled.

Axis letters: O outputs.
"""

from typing import Final

import numpy as np

from seqtasks_native.compiled import inner
from seqtasks_native.elementary import exp, sigmoid

KINDS: Final = {"real": 0, "binary": 1, "class": 2}
REAL, BINARY = KINDS["real"], KINDS["binary"]


@inner
def step_loss(kind, targets, row, outputs, errors):  # type: ignore[no-untyped-def]
    """The loss l of a step, and dl/do into ``errors``.

    Args:
        kind: A number of ``KINDS``.
        targets: Rows (O,) or (1,); for classes the number of the class.
        row: The step's row of the targets.
        outputs: (1, O).
        errors: (1, O).
    """
    count, last = outputs.shape[1], targets.shape[1] - 1
    total = outputs[0, 0] - outputs[0, 0]
    if kind == REAL:
        for o in range(count):
            error = outputs[0, o] - targets[row, min(o, last)]
            total += error * error
            errors[0, o] = (error + error) / np.float32(count)
        return total / np.float32(count)
    if kind == BINARY:
        for o in range(count):
            y, target = outputs[0, o], targets[row, min(o, last)]
            total += max(y, y - y) + np.log1p(exp(-abs(y))) - target * y
            errors[0, o] = (sigmoid(y) - target) / np.float32(count)
        return total / np.float32(count)
    top = outputs[0, 0]
    for o in range(1, count):
        top = max(top, outputs[0, o])
    for o in range(count):
        errors[0, o] = exp(outputs[0, o] - top)
        total += errors[0, o]
    for o in range(count):
        errors[0, o] /= total
    right = int(targets[row, 0])
    errors[0, right] -= np.float32(1)
    return np.log(total) + top - outputs[0, right]
