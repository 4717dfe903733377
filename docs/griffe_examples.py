"""What docstrings write for Python's help, in the words of griffe and Markdown, which read them for the site."""

import re
from typing import Any

import griffe


class Examples(griffe.Extension):
    """Renames the section "Example:", so that doctests are shown as code, and takes off the roles of Sphinx."""

    def on_object(self, *, obj: griffe.Object, **_: Any) -> None:
        """Rewrite the docstring."""
        if obj.docstring is not None:
            renamed = obj.docstring.value.replace("\nExample:\n", "\nExamples:\n")
            obj.docstring.value = re.sub(r":[a-z]+:`~?([^`]+)`", r"`\1`", renamed)
