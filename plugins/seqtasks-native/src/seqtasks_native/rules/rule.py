"""The interface of credit rules: what a rule carries, and its two compiled functions.

    forward(carry, work, net, layout, c, lane, x, x_row, start, done, learning, scratch)
        The state after the step into ``scratch.after``. ``done`` steps came before; ``learning`` says whether the step
        leads to an update.
    credit(carry, work, net, grad, layout, lane, done, learning, scratch)
        Add the gradient of the layer's weights to ``grad``, if ``learning``, for the derivative ``scratch.signal`` of
        the loss by the state after the step, which may be overwritten; and move the carry on by one step.

Both are called once for each step and lane, in that order. The weights do not change in between.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, final


@final
@dataclass(frozen=True)
class Rule:
    """A credit rule.

    Args:
        new: The carry before the first step, a named tuple of arrays: ``new(layout, lanes, setting, dtype)``.
        work: Memory that the functions need besides, and that nothing carries on: ``work(layout, setting, dtype)``.
        functions: The two functions for a cell.
    """

    new: Callable[..., Any]
    work: Callable[..., Any]
    functions: Callable[..., Any]
