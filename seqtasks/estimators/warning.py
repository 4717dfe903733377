"""Warnings that point at the user's line, however many of our calls lie between."""

import os
import sys
import warnings
from types import FrameType
from typing import Final

_PACKAGE: Final = os.path.dirname(os.path.dirname(__file__)) + os.sep


def warn(message: str) -> None:
    """Warn, as of the first line outside seqtasks that led here.

    Args:
        message: What a user should know, with what to do.
    """
    level = 1  # skip_file_prefixes, which does this, is new in Python 3.12
    frame: FrameType | None = sys._getframe()
    while frame is not None and frame.f_code.co_filename.startswith(_PACKAGE):
        level, frame = level + 1, frame.f_back
    warnings.warn(message, UserWarning, stacklevel=level)
