"""The texts of a new plugin: templates with the names filled in."""

import re
from collections.abc import Mapping
from pathlib import Path
from string import Template
from typing import Final

from seqtasks.catalogue.hookspecs import INTERFACE
from seqtasks.errors import UsageError
from seqtasks.scaffold.draft import Draft
from seqtasks.scaffold.kinds import EXAMPLES

TEMPLATES: Final = Path(__file__).with_name("templates")
IMPORT: Final = "from seqtasks import Entry, hookimpl\n"


def package(draft: Draft) -> dict[str, str]:
    """The files of a package, by their paths.

    Raises:
        UsageError: If its class would hide another that its module needs.

    Example:
        >>> list(package(Draft("two-back", "task")))[:2]
        ['seqtasks-two-back/pyproject.toml', 'seqtasks-two-back/README.md']
    """
    values = _values(draft) | {"entry_import": "", "target": f'"{draft.package}.{draft.kind}:{draft.class_name}"'}
    source = f"src/{draft.package}"
    files = {
        "pyproject.toml": _filled("pyproject.toml", values),
        "README.md": _filled("README.md", values),
        "ci.sh": _filled("ci.sh", values),
        f"{source}/__init__.py": _filled("init.py", values),
        f"{source}/plugin.py": f"{_filled('plugin.py', values)}\n{_filled('hook.py', values)}",
        f"{source}/{draft.kind}.py": _target(draft, values),
        "tests/test_plugin.py": _filled("test_plugin.py", values),
        f"tests/test_{draft.kind}.py": _filled(f"test_{draft.kind}.py", values),
    }
    return {f"{draft.distribution}/{path}": text for path, text in files.items()}


def single_file(draft: Draft) -> dict[str, str]:
    """The one file for ``--plugin``, by its path.

    Raises:
        UsageError: If its class would hide another that it needs.
    """
    values = _values(draft) | {"entry_import": IMPORT, "target": f'f"{{__name__}}:{draft.class_name}"'}
    return {f"{draft.module}.py": f"{_target(draft, values)}\n\n{_filled('hook.py', values)}"}


def command(draft: Draft) -> str:
    """The words with which it is run for the first time.

    Example:
        >>> command(Draft("two-back", "task"))
        'seqtasks run two-back --model gru'
    """
    example = EXAMPLES[draft.kind]
    words = f"seqtasks run {example.task or draft.name} --model {example.model or draft.name}"
    return words if example.trainer else f"{words} --trainer {draft.name}"


def target(draft: Draft) -> str:
    """The module with the class.

    Raises:
        UsageError: If the class would hide another that it needs.
    """
    return _target(draft, _values(draft) | {"entry_import": ""})


def _values(draft: Draft) -> dict[str, str]:
    example = EXAMPLES[draft.kind]
    return {
        "name": draft.name,
        "kind": draft.kind,
        "distribution": draft.distribution,
        "package": draft.package,
        "class_name": draft.class_name,
        "interface": str(INTERFACE),
        "summary": example.summary,
        "sentence": example.sentence,
        "requires": example.requires,
        "task": _quoted(example.task),
        "model": _quoted(example.model),
        "trainer": _quoted(example.trainer),
        "run": command(draft),
    }


def _quoted(name: str | None) -> str:
    """A name in the tests, where the plugin's own is a constant."""
    return f'"{name}"' if name else "NAME"


def _target(draft: Draft, values: Mapping[str, str]) -> str:
    """The module with the class."""
    if re.search(rf"\b{draft.class_name}\b", (TEMPLATES / f"{draft.kind}.py.txt").read_text(encoding="utf-8")):
        raise UsageError(
            f"The class of {draft.name} would hide {draft.class_name}, which its own module needs.",
            "Choose another name.",
        )
    return _filled(f"{draft.kind}.py", values)


def _filled(name: str, values: Mapping[str, str]) -> str:
    return Template((TEMPLATES / f"{name}.txt").read_text(encoding="utf-8")).substitute(values)
