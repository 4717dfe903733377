"""Docstrings say "Example:"; griffe, which reads them for the site, knows the section as "Examples:"."""

from typing import Any

import griffe


class Examples(griffe.Extension):
    """Reads the one as the other, so that doctests are shown as code."""

    def on_object(self, *, obj: griffe.Object, **_: Any) -> None:
        """Rename the section."""
        if obj.docstring is not None:
            obj.docstring.value = obj.docstring.value.replace("\nExample:\n", "\nExamples:\n")
