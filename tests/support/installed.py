"""Packages found as pip would have them found, without pip; and what they import."""

import ast
import os
import sys
import tomllib


def python_path(site, packages):
    """The PYTHONPATH on which they are found by what their pyproject.toml says.

    Args:
        site: An empty folder, for what pip would write next to them.
        packages: Their folders, in the src layout.
    """
    for package in packages:
        project = tomllib.loads((package / "pyproject.toml").read_text())["project"]
        about = site / f"{project['name'].replace('-', '_')}-{project['version']}.dist-info"
        about.mkdir()
        (about / "METADATA").write_text(
            f"Metadata-Version: 2.4\nName: {project['name']}\nVersion: {project['version']}\n"
        )
        points = "".join(f"{name} = {value}\n" for name, value in project["entry-points"]["seqtasks"].items())
        (about / "entry_points.txt").write_text(f"[seqtasks]\n{points}")
    return os.pathsep.join([str(site), *(str(package / "src") for package in packages)])


def imported(folder):
    """The modules that the files below a folder import, by their first names, those of Python left out."""
    nodes = [node for path in folder.rglob("*.py") for node in ast.walk(ast.parse(path.read_text()))]
    names = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module for node in nodes if isinstance(node, ast.ImportFrom)}
    return {name.partition(".")[0] for name in names} - sys.stdlib_module_names
