"""Print statistics of the code: packages, functions and small modules. Usage: python tools/code_stats.py"""

from __future__ import annotations

import ast
import statistics
import sys
from collections.abc import Iterator
from graphlib import CycleError
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))  # run as a script, only its own folder is on the path

from tests.test_layers import ALLOWED, MOST_ROOT_ENTRIES
from tools.import_graph import FILES, IMPORTS, TREES, floors, module_name, root_entries

SMALL = 40  # lines

Function = ast.FunctionDef | ast.AsyncFunctionDef
LINES = {module_name(file): len(file.read_text().splitlines()) for file in FILES}
PACKAGES = {module_name(file) for file in FILES if file.name == "__init__.py"}


def functions() -> Iterator[tuple[str, Function]]:
    for module, tree in TREES.items():
        yield from ((module, node) for node in ast.walk(tree) if isinstance(node, Function))


def length(function: Function) -> int:
    """Lines from `def` to the end, with the docstring."""
    return (function.end_lineno or function.lineno) - function.lineno + 1


def parameters(function: Function) -> int:
    """All but self and cls."""
    names = [part.arg for part in (*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs)]
    return len([name for name in names if name not in ("self", "cls")])


def importers(module: str) -> set[str]:
    return {name for name, imported in IMPORTS.items() if module in imported}


def small_modules() -> dict[str, set[str]]:
    """Modules of at most SMALL lines that a single module imports, and that module."""
    small = sorted(module for module, lines in LINES.items() if lines <= SMALL and module not in PACKAGES)
    return {module: importers(module) for module in small if len(importers(module)) == 1}


def print_packages() -> None:
    print(f"{len(TREES)} modules in {len(PACKAGES)} packages, {sum(LINES.values())} lines")
    for name, most in MOST_ROOT_ENTRIES.items():
        print(f"{len(root_entries(name)):4} entries at the root of {name} (goal: at most {most})")
    try:
        floor = floors(ALLOWED)
    except CycleError as error:
        print(f"  packages import in a circle: {' → '.join(error.args[1])}")
        return
    print(f"{max(floor.values()):4} floors, no circle")
    for number in range(1, max(floor.values()) + 1):
        print(f"     {number}  {', '.join(row for row in ALLOWED if floor.get(row) == number)}")


def print_functions() -> None:
    found = list(functions())
    lengths = sorted(length(function) for _, function in found)
    p90 = lengths[int(0.9 * len(lengths))]
    print(f"{len(found)} functions; lines: median {statistics.median(lengths):.0f}, p90 {p90}, most {lengths[-1]}")
    module, most = max(found, key=lambda item: parameters(item[1]))
    print(f"{parameters(most):4} parameters at most: {module}.{most.name}")


def print_small_modules() -> None:
    found = small_modules()
    print(f"{len(found):4} modules of at most {SMALL} lines that one module imports")
    for module, (importer,) in found.items():
        print(f"     {module} ({LINES[module]} lines), by {importer}")


if __name__ == "__main__":
    print_packages()
    print_functions()
    print_small_modules()
