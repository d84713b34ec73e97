"""Follow a parameter through the calls: which modules it enters, and how often it returns to one.

Usage: python tools/call_walk.py [MODULE:FUNCTION[:PARAMETER]] [--objects] [--list]

The walk is static and depth-first, in the order of the calls; it walks a function once for each set of parameters that
the value reaches, and counts each call into another module. Derived values are followed as well: attributes, items,
expressions, and what a function returns of it; with --objects also objects made from it, and so most of the data of an
edit. Methods are found by annotations, those of a protocol in the first class that has them all; where annotations do
not tell, by name, if a single class has it among the modules that MODULE imports, directly or not. Calls of libraries
are not followed.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))  # run as a script, only its own folder is on the path

from tools.import_graph import IMPORTS, TREES

START = "motionfollower.pipeline.run:run_edit"
PASSING = {"replace", "int", "float", "min", "max", "round", "abs", "tuple", "list", "range", "len", "zip", "enumerate"}
"""Functions of libraries whose results count as derived."""

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, eq=False)
class Function:
    """A function, or a method of the class `owner`."""

    module: str
    node: FunctionNode
    owner: Class | None = None

    @property
    def parameters(self) -> list[ast.arg]:
        arguments = self.node.args
        return [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]


@dataclass(frozen=True, eq=False)
class Class:
    module: str
    node: ast.ClassDef

    @property
    def is_protocol(self) -> bool:
        return any("Protocol" in ast.unparse(base) for base in self.node.bases)

    @cached_property
    def methods(self) -> dict[str, Function]:
        return {
            part.name: Function(self.module, part, self) for part in self.node.body if isinstance(part, FunctionNode)
        }

    @cached_property
    def attributes(self) -> dict[str, ast.expr | None]:
        """The annotations of fields and properties."""
        fields = {
            ast.unparse(part.target): part.annotation for part in self.node.body if isinstance(part, ast.AnnAssign)
        }
        return {name: method.node.returns for name, method in self.methods.items()} | fields


def definitions(module: str) -> Iterator[Function | Class]:
    for node in TREES[module].body:
        if isinstance(node, FunctionNode):
            yield Function(module, node)
        elif isinstance(node, ast.ClassDef):
            yield Class(module, node)


SYMBOLS = {(module, found.node.name): found for module in TREES for found in definitions(module)}
IMPORTED = {
    (module, alias.asname or alias.name): (node.module, alias.name)
    for module, tree in TREES.items()
    for node in ast.walk(tree)
    if isinstance(node, ast.ImportFrom) and node.module
    for alias in node.names
}


def lookup(module: str, name: str) -> Function | Class | None:
    return SYMBOLS.get(IMPORTED.get((module, name), (module, name)))


def annotated(module: str, annotation: ast.expr | None) -> Class | None:
    """The class that an annotation names, alone or as `Class | None`."""
    match annotation:
        case ast.Name(id=name):
            found = lookup(module, name)
            return found if isinstance(found, Class) else None
        case ast.BinOp(left=left, op=ast.BitOr(), right=ast.Constant(value=None)):
            return annotated(module, left)
        case ast.Constant(value=str(text)):
            return annotated(module, ast.parse(text, mode="eval").body)
    return None


def reachable(start: str) -> set[str]:
    """The modules that `start` imports, directly or through others, and itself."""
    found, pending = {start}, [start]
    while pending:
        new = IMPORTS[pending.pop()] - found
        found |= new
        pending += new
    return found


@dataclass
class Walk:
    """The modules in the order in which the value enters them; methods are looked for in `classes`."""

    classes: list[Class]
    follows_objects: bool = False
    entered: list[str] = field(default_factory=list)
    seen: dict[tuple[Function, frozenset[str]], bool] = field(default_factory=dict)

    def enter(self, function: Function, tracked: frozenset[str], caller: str) -> bool:
        """Walk through a function; return whether its result is derived from the parameters `tracked`."""
        if function.module != caller:
            self.entered.append(function.module)
        if (function, tracked) not in self.seen:
            self.seen[function, tracked] = False
            types = {part.arg: annotated(function.module, part.annotation) for part in function.parameters}
            body = Body(self, function.module, set(tracked), types | {"self": function.owner, "cls": function.owner})
            for statement in function.node.body:
                body.visit(statement)
            self.seen[function, tracked] = body.returns_derived
        return self.seen[function, tracked]

    def method(self, owner: Class | None, name: str) -> Function | None:
        """A class's own method, an implementation of a protocol's, or the only one of that name."""
        if owner is None:
            candidates = [found for found in self.classes if name in found.methods and not found.is_protocol]
            return candidates[0].methods[name] if len(candidates) == 1 else None
        if owner.is_protocol:
            having = (
                found
                for found in self.classes
                if not found.is_protocol and owner.methods.keys() <= found.methods.keys()
            )
            owner = next(having, owner)
        return owner.methods.get(name)

    @property
    def returns(self) -> int:
        return len(self.entered) - len(set(self.entered))


@dataclass
class Body(ast.NodeVisitor):
    """One function's body: which names hold the value or what is derived from it, and the classes of names."""

    walk: Walk
    module: str
    tracked: set[str]
    types: dict[str, Class | None]
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

    def type_of(self, node: ast.expr) -> Class | None:
        match node:
            case ast.Name(id=name):
                found = self.types.get(name) or lookup(self.module, name)
                return found if isinstance(found, Class) else None
            case ast.Attribute(value=value, attr=name):
                owner = self.type_of(value)
                return annotated(owner.module, owner.attributes.get(name)) if owner else None
            case ast.Call():
                called = self.resolve(node.func)
                return called if isinstance(called, Class) else called and annotated(called.module, called.node.returns)
        return None

    def resolve(self, function: ast.expr) -> Function | Class | None:
        match function:
            case ast.Name(id=name):
                return lookup(self.module, name)
            case ast.Attribute(value=value, attr=name):
                return self.walk.method(self.type_of(value), name)
        return None

    def bind(self, target: ast.expr | None, value: ast.expr | None) -> None:
        if value is not None:
            self.visit(value)
        if isinstance(target, ast.Name) and value is not None:
            self.types[target.id] = self.type_of(value)
        if target is not None and self.derived(value):
            self.tracked |= {name.id for name in ast.walk(target) if isinstance(name, ast.Name)}

    def visit_Return(self, node: ast.Return) -> None:
        self.generic_visit(node)
        self.returns_derived |= self.derived(node.value)

    def visit_Assign(self, node: ast.Assign) -> None:
        self.bind(node.targets[0] if len(node.targets) == 1 else ast.Tuple(node.targets), node.value)

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
        given = ast.Tuple([*arguments, *(word.value for word in node.keywords)])
        called = self.resolve(function)
        makes_object = isinstance(called, Class) and self.walk.follows_objects and self.derived(given)
        if isinstance(called, Class):
            receiver = given  # `self` holds what is given
            called = called.methods.get("__init__") or called.methods.get("__post_init__")
        if called is None:
            passes = ast.unparse(function).rpartition(".")[2] in PASSING and self.derived(given)
            self.calls[node] = makes_object or passes or (receiver is not given and self.derived(receiver))
            return
        if called.owner and receiver is not None and not is_static(called.node):
            arguments = [receiver, *arguments]
        pairs = zip((part.arg for part in called.parameters), arguments, strict=False)
        reached = {name for name, value in pairs if self.derived(value)}
        reached |= {word.arg for word in node.keywords if word.arg and self.derived(word.value)}
        if reached:
            self.calls[node] = self.walk.enter(called, frozenset(reached), self.module) or makes_object


def is_static(node: FunctionNode) -> bool:
    return any(ast.unparse(decorator) == "staticmethod" for decorator in node.decorator_list)


def walk_from(module: str, function: str, parameter: str | None = None, *, objects: bool = False) -> Walk:
    start = SYMBOLS[module, function]
    assert isinstance(start, Function)
    modules = reachable(module)
    walk = Walk([found for found in SYMBOLS.values() if isinstance(found, Class) and found.module in modules], objects)
    walk.enter(start, frozenset({parameter or start.parameters[0].arg}), caller="")
    return walk


if __name__ == "__main__":
    options = {option for option in sys.argv[1:] if option.startswith("--")}
    start, *_ = [*(option for option in sys.argv[1:] if option not in options), START]
    result = walk_from(*start.split(":"), objects="--objects" in options)
    print(f"{len(set(result.entered))} modules entered; {result.returns} returns to one left before")
    if "--list" in options:
        print(*result.entered, sep="\n")
