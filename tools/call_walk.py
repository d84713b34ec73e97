"""Follow a parameter through the calls: which modules it enters, and how often it returns to one.

Usage: python tools/call_walk.py [MODULE:FUNCTION[:PARAMETER]] [--objects] [--list]

The walk is static and depth-first, in the order of the calls; it walks a function once for each set of parameters that
the value reaches, and counts each call into another module. Derived values are followed as well: attributes, items,
expressions, and what a function returns of it; with --objects also objects made from it, and so most of the data of an
edit. A method is found by its name, if a single class defines it among the modules that MODULE imports, directly or
not; protocols and libraries are not followed.
"""

from __future__ import annotations

import ast
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))  # run as a script, only its own folder is on the path

from tools.import_graph import IMPORTS, TREES

START = "motionfollower.pipeline.run:run_edit"
PASSING = {"replace", "int", "float", "min", "max", "round", "abs", "tuple", "list", "range", "len", "zip", "enumerate"}
"""Functions of libraries whose results count as derived."""

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Callee:
    """A function or method, and the module that defines it."""

    module: str
    node: Function
    is_method: bool = False


def definitions(module: str) -> Iterator[tuple[str, Callee | list[Callee]]]:
    """The functions and classes of a module, a class as its methods."""
    for node in TREES[module].body:
        if isinstance(node, Function):
            yield node.name, Callee(module, node)
        elif isinstance(node, ast.ClassDef) and not any("Protocol" in ast.unparse(base) for base in node.bases):
            yield node.name, [Callee(module, part, is_method=True) for part in node.body if isinstance(part, Function)]


def reachable(start: str) -> set[str]:
    """The modules that `start` imports, directly or through others, and itself."""
    found, pending = {start}, [start]
    while pending:
        new = IMPORTS[pending.pop()] - found
        found |= new
        pending += new
    return found


SYMBOLS = {(module, name): found for module in TREES for name, found in definitions(module)}
IMPORTED = {
    (module, alias.asname or alias.name): (node.module, alias.name)
    for module, tree in TREES.items()
    for node in ast.walk(tree)
    if isinstance(node, ast.ImportFrom) and node.module
    for alias in node.names
}


@dataclass
class Walk:
    """The modules in the order in which the value enters them; `methods` are those that can be found by their name."""

    methods: dict[str, list[Callee]]
    entered: list[str] = field(default_factory=list)
    seen: dict[tuple[str, int, frozenset[str]], bool] = field(default_factory=dict)
    follows_objects: bool = False

    def enter(self, callee: Callee, tracked: frozenset[str], caller: str) -> bool:
        """Walk through a function; return whether its result is derived from the parameters `tracked`."""
        key = (callee.module, callee.node.lineno, tracked)
        if callee.module != caller:
            self.entered.append(callee.module)
        if key not in self.seen:
            self.seen[key] = False
            body = Body(self, callee.module, set(tracked))
            for statement in callee.node.body:
                body.visit(statement)
            self.seen[key] = body.returns_derived
        return self.seen[key]

    def resolve(self, module: str, function: ast.expr) -> Callee | None:
        """The function that an expression calls; a class's own initialiser for a class."""
        match function:
            case ast.Name(id=name):
                found = SYMBOLS.get(IMPORTED.get((module, name), (module, name)))
                if isinstance(found, list):
                    made = {callee.node.name: callee for callee in found}
                    return made.get("__init__") or made.get("__post_init__")
                return found
            case ast.Attribute(attr=name) if len(self.methods[name]) == 1:
                return self.methods[name][0]
        return None

    @property
    def returns(self) -> int:
        return len(self.entered) - len(set(self.entered))


@dataclass
class Body(ast.NodeVisitor):
    """One function's body, and the names in it that hold the value or what is derived from it."""

    walk: Walk
    module: str
    tracked: set[str]
    calls: dict[ast.Call, bool] = field(default_factory=dict)
    returns_derived: bool = False

    def derived(self, node: ast.AST | None) -> bool:
        match node:
            case ast.Name(id=name):
                return name in self.tracked
            case ast.Call():
                return self.calls.get(node, False)
            case ast.Lambda() | None:
                return False
        return any(self.derived(child) for child in ast.iter_child_nodes(node))

    def visit_Return(self, node: ast.Return) -> None:
        self.generic_visit(node)
        self.returns_derived |= self.derived(node.value)

    def bind(self, target: ast.expr | None, value: ast.expr | None) -> None:
        if value is not None:
            self.visit(value)
        if target is not None and self.derived(value):
            self.tracked |= {name.id for name in ast.walk(target) if isinstance(name, ast.Name)}

    def visit_Assign(self, node: ast.Assign) -> None:
        self.bind(ast.Tuple(node.targets), node.value)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        self.bind(node.target, node.value)

    def visit_NamedExpr(self, node: ast.NamedExpr) -> None:
        self.bind(node.target, node.value)

    def visit_withitem(self, node: ast.withitem) -> None:
        self.bind(node.optional_vars, node.context_expr)

    def visit_comprehension(self, node: ast.comprehension) -> None:
        self.bind(node.target, node.iter)
        for condition in node.ifs:
            self.visit(condition)

    def visit_For(self, node: ast.For) -> None:
        self.bind(node.target, node.iter)
        for statement in (*node.body, *node.orelse):
            self.visit(statement)

    def visit_ListComp(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp) -> None:
        for generator in node.generators:
            self.visit(generator)
        for part in (node.key, node.value) if isinstance(node, ast.DictComp) else (node.elt,):
            self.visit(part)

    visit_SetComp = visit_GeneratorExp = visit_DictComp = visit_ListComp  # noqa: N815

    def visit_Call(self, node: ast.Call) -> None:
        self.generic_visit(node)  # the arguments are evaluated first
        function, arguments = node.func, node.args
        if ast.unparse(function) == "partial" and arguments:
            function, arguments = arguments[0], arguments[1:]
        receiver = function.value if isinstance(function, ast.Attribute) else None
        given = [*arguments, *(word.value for word in node.keywords)]
        callee = self.walk.resolve(self.module, function)
        if callee is None:
            name = ast.unparse(function).rpartition(".")[2]
            passes = name in PASSING or (self.walk.follows_objects and name[0].isupper())
            self.calls[node] = self.derived(receiver) or (passes and any(map(self.derived, given)))
            return
        makes_object = callee.is_method and receiver is None and self.walk.follows_objects
        names = [part.arg for part in (*callee.node.args.posonlyargs, *callee.node.args.args)]
        if callee.is_method:
            arguments = [receiver or ast.Tuple(given), *arguments]  # of an initialiser, self holds what is given
        reached = {name for name, value in zip(names, arguments, strict=False) if self.derived(value)}
        reached |= {word.arg for word in node.keywords if word.arg and self.derived(word.value)}
        if reached:
            self.calls[node] = self.walk.enter(callee, frozenset(reached), self.module) or makes_object


def walk_from(module: str, function: str, parameter: str | None = None, *, objects: bool = False) -> Walk:
    start = SYMBOLS[module, function]
    assert isinstance(start, Callee)
    methods: dict[str, list[Callee]] = defaultdict(list)
    for (home, _), found in SYMBOLS.items():
        if isinstance(found, list) and home in reachable(module):
            for callee in found:
                methods[callee.node.name].append(callee)
    walk = Walk(methods, follows_objects=objects)
    walk.enter(start, frozenset({parameter or start.node.args.args[0].arg}), caller="")
    return walk


if __name__ == "__main__":
    options = {option for option in sys.argv[1:] if option.startswith("--")}
    start, *_ = [*(option for option in sys.argv[1:] if option not in options), START]
    result = walk_from(*start.split(":"), objects="--objects" in options)
    print(f"{len(set(result.entered))} modules entered; {result.returns} returns to one left before")
    if "--list" in options:
        print(*result.entered, sep="\n")
