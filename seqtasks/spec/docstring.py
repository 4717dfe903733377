"""The parts of a Google-style docstring that are shown to users."""

import re
from inspect import cleandoc

SECTION = re.compile(
    r"^(Args|Arguments|Call arguments|Attributes|Examples?|Raises|Returns|Yields|Notes?|References?):$"
)


def summary(doc: str) -> str:
    """The first paragraph, as one line."""
    return " ".join(cleandoc(doc).partition("\n\n")[0].split())


def body(doc: str) -> str:
    r"""What stands before the first section: the summary and the law.

    Example:
        >>> body("The delay.\n\n    y_t = x_{t-lag}\n\nArgs:\n    lag: How far back.")
        'The delay.\n\n    y_t = x_{t-lag}'
    """
    kept: list[str] = []
    for line in cleandoc(doc).splitlines():
        if SECTION.match(line):
            break
        kept.append(line)
    return "\n".join(kept).strip()


def arguments(doc: str) -> dict[str, str]:
    r"""Each parameter's sentence from the ``Args:`` section.

    Example:
        >>> arguments("One line.\n\nArgs:\n    lag: How far\n        back.")
        {'lag': 'How far back.'}
    """
    found: dict[str, list[str]] = {}
    current: list[str] = []
    indent = 0
    for line in _section(cleandoc(doc)):
        depth = len(line) - len(line.lstrip())
        indent = indent or depth
        entry = re.match(r"\s*\*{0,2}(\w+)\s*(?:\([^)]*\))?:\s*(.*)", line) if depth == indent else None
        if entry:
            current = found.setdefault(entry[1], [])
            current.append(entry[2])
        elif depth > indent:
            current.append(line.strip())
        else:
            current = []
    return {name: " ".join(lines).strip() for name, lines in found.items()}


def _section(doc: str) -> list[str]:
    lines = doc.splitlines()
    start = next((i for i, line in enumerate(lines) if line in ("Args:", "Arguments:")), len(lines)) + 1
    end = next((i for i in range(start, len(lines)) if lines[i] and not lines[i].startswith(" ")), len(lines))
    return [line for line in lines[start:end] if line.strip()]
