"""The structure of the code: imports only point down, and some knowledge is confined to one module."""

import ast
from graphlib import TopologicalSorter

from tools.import_graph import IMPORTS, TREES, floors, imports, package_of, root_entries

# The packages that each package may import, besides itself, from the bottom up.
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
    "motionfollower.cli": "ui research.training research.evaluation research.synthetic pipeline models io core "
    "preprocess",
    "motionfollower": "pipeline io core preprocess",
    "motionfollower.__main__": "cli",
    "app": "ui",
}
MOST_FLOORS = 9
MOST_ROOT_ENTRIES = {"motionfollower": 11, "preprocess": 11, "motionfollower.ui": 12}

# Concrete implementations that only `pipeline.backends` instantiates; the rest of the code uses their protocols.
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

# Libraries that take seconds to import: imported inside the function that needs them, so that a command starts at once.
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

# Names that only `core.device` may use: devices, half precision, random generators.
DEVICE_NAMES = {"Generator", "autocast", "bfloat16", "cuda", "float16", "half", "manual_seed", "mps"}


def package(module: str) -> str:
    return package_of(module, ALLOWED)


def allowed(row: str) -> set[str]:
    names = ALLOWED[row].split()
    return {row, *(name if name == "preprocess" else f"motionfollower.{name}" for name in names)}


def test_imports_point_down() -> None:
    upward = [
        f"{module} imports {name}"
        for module, names in IMPORTS.items()
        for name in names
        if package(name) not in allowed(package(module))
    ]
    assert not upward


def test_modules_do_not_import_in_a_circle() -> None:
    assert list(TopologicalSorter(IMPORTS).static_order())


def test_packages_have_few_floors_and_no_circle() -> None:
    floor = floors(ALLOWED)
    for row in sorted(floor, key=floor.__getitem__):
        print(f"floor {floor[row]}  {row}")
    assert max(floor.values()) <= MOST_FLOORS


def test_packages_have_few_root_entries() -> None:
    entries = {name: root_entries(name) for name in MOST_ROOT_ENTRIES}
    assert not {name: found for name, found in entries.items() if len(found) > MOST_ROOT_ENTRIES[name]}


def test_only_backends_instantiates_implementations() -> None:
    built = [
        f"{module} imports {alias.name}"
        for module, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and str(node.module).rpartition(".")[0] != module.rpartition(".")[0]
        for alias in node.names
        if alias.name in BUILT_BY_BACKENDS and module != "motionfollower.pipeline.backends"
    ]
    assert not built


def test_only_the_app_imports_gradio() -> None:
    others = [module for module in TREES if package(module) not in ("app", "motionfollower.ui")]
    importing = [m for m in others if any(name.split(".")[0] == "gradio" for name in imports(TREES[m]))]
    assert not importing


def test_slow_libraries_are_imported_late() -> None:
    early = [
        f"{module} imports {name}"
        for module, tree in TREES.items()
        for node in tree.body
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in imports(node)
        if name.split(".")[0] in slow_for(module)
    ]
    assert not early


def slow_for(module: str) -> set[str]:
    if package(module) in ("app", "motionfollower.ui"):
        return SLOW - {"gradio"}
    return SLOW | {"torch"} if package(module) == "preprocess" else SLOW


def test_only_device_names_devices() -> None:
    naming = [
        f"{module}, line {node.lineno}"
        for module, tree in TREES.items()
        if module != "motionfollower.core.device"
        for node in ast.walk(tree)
        if isinstance(node, ast.expr) and is_about_devices(node)
    ]
    assert not naming


def is_about_devices(node: ast.expr) -> bool:
    match node:
        case ast.Attribute(value=ast.Name("torch"), attr="Generator" | "device") | ast.Name():
            return False  # annotations; constructing one is a case below
        case ast.Attribute(value=ast.Attribute(value=ast.Name("np"), attr="random"), attr="Generator"):
            return False  # numpy's, which has no device
        case ast.Call(func=ast.Attribute(value=ast.Name("torch"), attr="Generator")):
            return True
        case ast.Call(func=ast.Attribute(value=ast.Name("torch"), attr="device"), args=[ast.Constant("meta")]):
            return False  # building a network without allocating memory
        case ast.Call(func=ast.Attribute(value=ast.Name("torch"), attr="device")):
            return True
        case ast.Attribute(attr=name) | ast.Constant(value=str(name)):
            return name in DEVICE_NAMES
    return False
