"""The modules of the program, parsed, and the graph of their imports: for tests/test_layers.py and code_stats.py."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from graphlib import TopologicalSorter
from pathlib import Path

ROOT = Path(__file__).parents[1]


def module_name(file: Path) -> str:
    return ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


FILES = [*ROOT.glob("preprocess/**/*.py"), *ROOT.glob("motionfollower/**/*.py"), ROOT / "app.py"]
TREES = {module_name(file): ast.parse(file.read_text()) for file in FILES}


def imports(node: ast.AST) -> Iterator[str]:
    """Every module imported anywhere below `node`; of `from a import b`, the module a.b where that is one."""
    for child in ast.walk(node):
        if isinstance(child, ast.Import):
            yield from (alias.name for alias in child.names)
        elif isinstance(child, ast.ImportFrom) and child.module:
            for alias in child.names:
                submodule = f"{child.module}.{alias.name}"
                yield submodule if submodule in TREES else child.module


IMPORTS = {module: set(imports(tree)) & TREES.keys() - {module} for module, tree in TREES.items()}


def package_of(module: str, packages: Iterable[str]) -> str:
    """The innermost of the packages that holds the module."""
    holding = [package for package in packages if module == package or module.startswith(f"{package}.")]
    assert holding, f"{module} has no row in the table of allowed imports"
    return max(holding, key=len)


def floors(packages: Iterable[str]) -> dict[str, int]:
    """The floor of each package, one above the highest it imports; CycleError where packages import in a circle."""
    rows = list(packages)
    graph: Mapping[str, set[str]] = {row: set() for row in rows}
    for module, names in IMPORTS.items():
        home = package_of(module, rows)
        graph[home].update({package_of(name, rows) for name in names} - {home})
    floor: dict[str, int] = {}
    for row in TopologicalSorter(graph).static_order():
        floor[row] = 1 + max((floor[below] for below in graph[row]), default=0)
    return floor


def root_entries(package: str) -> list[str]:
    """What `ls` shows at the root of a package: modules, packages, folders and py.typed."""
    folder = ROOT / package.replace(".", "/")
    return sorted(entry.name for entry in folder.iterdir() if entry.name != "__pycache__")
