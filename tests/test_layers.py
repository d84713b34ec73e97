"""The structure of the code: imports only point down, and a few things are known in one place alone."""

import ast
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

ROOT = Path(__file__).parents[1]

# Which packages each package may import, besides itself, from the bottom up.
ALLOWED = {
    "preprocess": "",
    "motionfollower.core": "preprocess",
    "motionfollower.io": "core preprocess",
    "motionfollower.models": "core preprocess",
    "motionfollower.sampling": "models core preprocess",
    "motionfollower.research.synthetic": "io core preprocess",
    "motionfollower.pipeline": "sampling models io core preprocess",
    "motionfollower.research.training": "research.synthetic pipeline sampling models io core preprocess",
    "motionfollower.research.evaluation": "research.synthetic pipeline sampling models io core preprocess",
    "motionfollower.ui": "pipeline io core preprocess",
    "motionfollower.cli": "research.training research.evaluation research.synthetic pipeline models io core preprocess",
    "motionfollower": "pipeline io core preprocess",
    "motionfollower.__main__": "cli",
    "app": "ui core",
}
MOST_FLOORS = 9

# Concrete implementations that only `pipeline.backends` builds; everything else knows their protocols.
BUILT_BY_BACKENDS = {
    "DWPoseEstimator",
    "GrabCutRefiner",
    "HolisticEstimator",
    "LearnedTargetMask",
    "MediaPipeSegmenter",
    "SamRefiner",
    "SamSegmenter",
    "load_files",
    "load_networks",
}

# Libraries that take seconds to import: inside the function that needs them, so that a command starts at once.
SLOW = {
    "diffusers",
    "gdown",
    "gradio",
    "huggingface_hub",
    "mediapipe",
    "onnxruntime",
    "segment_anything",
    "transformers",
    "xformers",
}

# What only `core.device` may say: devices, half precision, random generators.
DEVICE_NAMES = {"Generator", "autocast", "bfloat16", "cuda", "float16", "half", "manual_seed", "mps"}


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


def package(module: str) -> str:
    """The longest row of the table that the module belongs to."""
    rows = [row for row in ALLOWED if module == row or module.startswith(f"{row}.")]
    assert rows, f"{module} has no row in the table of allowed imports"
    return max(rows, key=len)


def allowed(row: str) -> set[str]:
    names = ALLOWED[row].split()
    return {row, *(name if name in ("preprocess",) else f"motionfollower.{name}" for name in names)}


def floors() -> dict[str, int]:
    """The floor of each package, one above the highest it imports; CycleError where packages import in a circle."""
    graph: dict[str, set[str]] = {row: set() for row in ALLOWED}
    for module, names in IMPORTS.items():
        graph[package(module)] |= {package(name) for name in names} - {package(module)}
    floor: dict[str, int] = {}
    for row in TopologicalSorter(graph).static_order():
        floor[row] = 1 + max((floor[below] for below in graph[row]), default=0)
    return floor


def test_imports_point_down() -> None:
    upward = [
        f"{module} imports {name}"
        for module, names in IMPORTS.items()
        for name in names
        if package(name) not in allowed(package(module))
    ]
    assert not upward


def test_no_module_imports_itself_in_a_circle() -> None:
    assert list(TopologicalSorter(IMPORTS).static_order())


def test_there_are_few_floors() -> None:
    floor = floors()
    for row in sorted(floor, key=floor.__getitem__):
        print(f"floor {floor[row]}  {row}")
    assert max(floor.values()) <= MOST_FLOORS


def test_only_backends_builds_implementations() -> None:
    built = [
        f"{module} imports {alias.name}"
        for module, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and str(node.module).rpartition(".")[0] != module.rpartition(".")[0]
        for alias in node.names
        if alias.name in BUILT_BY_BACKENDS and module != "motionfollower.pipeline.backends"
    ]
    assert not built


def test_only_the_app_knows_gradio() -> None:
    others = [module for module in TREES if package(module) not in ("app", "motionfollower.ui")]
    knowing = [m for m in others if any(name.split(".")[0] == "gradio" for name in imports(TREES[m]))]
    assert not knowing


def test_slow_libraries_are_imported_late() -> None:
    late = [
        f"{module} imports {name}"
        for module, tree in TREES.items()
        for node in tree.body
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in imports(node)
        if name.split(".")[0] in slow_for(module)
    ]
    assert not late


def slow_for(module: str) -> set[str]:
    if package(module) in ("app", "motionfollower.ui"):
        return SLOW - {"gradio"}
    return SLOW | {"torch"} if package(module) == "preprocess" else SLOW


def test_only_device_knows_devices() -> None:
    knowing = [
        f"{module}, line {node.lineno}"
        for module, tree in TREES.items()
        if module != "motionfollower.core.device"
        for node in ast.walk(tree)
        if is_about_devices(node)
    ]
    assert not knowing


def is_about_devices(node: ast.AST) -> bool:
    match node:
        case ast.Attribute(value=ast.Name("torch"), attr="Generator" | "device") | ast.Name():
            return False  # in annotations; making one is the next case
        case ast.Attribute(value=ast.Attribute(value=ast.Name("np"), attr="random"), attr="Generator"):
            return False  # numpy's, which knows no device
        case ast.Call(func=ast.Attribute(value=ast.Name("torch"), attr="Generator")):
            return True
        case ast.Call(func=ast.Attribute(value=ast.Name("torch"), attr="device"), args=[ast.Constant("meta")]):
            return False  # building a network without memory
        case ast.Call(func=ast.Attribute(value=ast.Name("torch"), attr="device")):
            return True
        case ast.Attribute(attr=name) | ast.Constant(value=str(name)):
            return name in DEVICE_NAMES
    return False
