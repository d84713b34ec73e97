"""Imports only point down, and a few things are known in one place alone."""

import ast
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

# Who may import whom of ours, besides itself: a row is a module or a package with all its modules.
ALLOWED = {
    "preprocess": "",
    "motionfollower": "",
    "motionfollower.device": "",
    "motionfollower.digest": "",
    "motionfollower.errors": "preprocess",
    "motionfollower.processes": "",
    "motionfollower.recipe_folder": "errors preprocess",
    "motionfollower.settings": "errors preprocess",
    "motionfollower.presets": "settings",
    "motionfollower.types": "settings errors preprocess",
    "motionfollower.models": "errors",
    "motionfollower.guidance": "types preprocess",
    "motionfollower.sampler": "guidance models device types preprocess",
    "motionfollower.weights": "models device digest errors preprocess",
    "motionfollower.backends": "sampler weights models device digest types errors preprocess",
    "motionfollower.view": "types preprocess",
    "motionfollower.encode": "view sampler models device types preprocess",
    "motionfollower.events": "types preprocess",
    "motionfollower.sketch": "types preprocess",
    "motionfollower.camera": "types preprocess",
    "motionfollower.clicks": "settings types preprocess",
    "motionfollower.reading": "types preprocess",
    "motionfollower.pipeline": "sketch fitting needs offload backends clicks encode view events reading sampler models "
    "device types errors preprocess",
    "motionfollower.metadata": "digest measures settings types errors preprocess",
    "motionfollower.composite": "types preprocess",
    "motionfollower.side_by_side": "preprocess",
    "motionfollower.results": "metadata composite side_by_side types errors preprocess",
    "motionfollower.preparation": "types errors preprocess",
    "motionfollower.case": "preparation types errors preprocess",
    "motionfollower.bundle": "case results errors preprocess",
    "motionfollower.redo": "composite results errors preprocess",
    "motionfollower.request": "redo metadata settings errors",
    "motionfollower.record": "request backends case redo metadata measures device digest settings types preprocess",
    "motionfollower.cluster": "errors",
    "motionfollower.long": "cluster pipeline reading backends camera composite digest events measures metadata record "
    "request results soundtrack settings types preprocess",
    "motionfollower.soundtrack": "settings preprocess",
    "motionfollower.job": "long cluster pipeline backends bundle camera case composite measures results redo "
    "soundtrack metadata events record request settings types preprocess",
    "motionfollower.preflight": "types preprocess",
    "motionfollower.measures": "composite types preprocess",
    "motionfollower.info": "metadata weights device errors",
    "motionfollower.rehearsal": "models",
    "motionfollower.offload": "models device",
    "motionfollower.ways": "offload models",
    "motionfollower.needs": "ways offload rehearsal encode view sampler models settings preprocess",
    "motionfollower.planner": "needs ways models settings",
    "motionfollower.fitting": "planner needs offload models device settings types errors",
    "motionfollower.bench": "long results presets planner needs ways offload rehearsal weights settings sampler "
    "guidance models metadata device types errors preprocess",
    "motionfollower.progress": "types preprocess",
    "motionfollower.dancers": "processes recipe_folder case preparation types errors preprocess",
    "motionfollower.options": "presets settings errors preprocess",
    "motionfollower.idle_options": "options errors",
    "motionfollower.edit_options": "options idle_options errors",
    "motionfollower.order": "options job long cluster request redo backends metadata types errors",
    "motionfollower.batch": "long order cluster edit_options request backends case results metadata types settings "
    "errors preprocess",
    "motionfollower.dancers.command": "dancers options progress events errors preprocess",
    "motionfollower.small_training": "weights errors",
    "motionfollower.mask_training": "small_training dancers models weights progress events device errors preprocess",
    "motionfollower.length_training": "small_training backends dancers processes models weights progress events device "
    "errors preprocess",
    "motionfollower.bench.quality": "bench presets dancers pipeline backends camera case measures device types "
    "errors preprocess",
    "motionfollower.training": "processes recipe_folder pipeline reading backends camera measures view encode dancers "
    "sampler weights models device settings types errors preprocess",
    "motionfollower.training.command": "training mask_training length_training dancers weights progress events errors",
    "motionfollower.bench.command": "bench bench.quality dancers backends progress events",
    "motionfollower.cli": "training.command dancers.command bench.command batch job order camera options edit_options "
    "progress weights info backends errors",
    "motionfollower.__main__": "cli",
    "ui": "job presets bundle camera case pipeline preflight measures backends results redo metadata device digest "
    "settings types errors preprocess",
    "app": "ui errors",
}

# Concrete implementations that only `backends.py` builds; everybody else knows their protocols.
BUILT_BY_BACKENDS = {
    "preprocess.dwpose",
    "preprocess.holistic",
    "preprocess.learned_target_mask",
    "preprocess.refine_mask",
    "preprocess.sam",
    "preprocess.segment",
    "motionfollower.weights.load",
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

# What only `device.py` may say: devices, half precision, random generators.
DEVICE_NAMES = {"Generator", "autocast", "bfloat16", "cuda", "float16", "half", "manual_seed", "mps"}


def module_name(file: Path) -> str:
    return ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


FILES = [file for folder in ("preprocess", "motionfollower", "ui") for file in ROOT.glob(f"{folder}/**/*.py")]
FILES += [ROOT / "app.py"]
TREES = {module_name(file): ast.parse(file.read_text()) for file in FILES}
MODULES = pytest.mark.parametrize("module", sorted(TREES))


def imports(node: ast.AST) -> Iterator[str]:
    """Every module imported anywhere below `node`; of `from a import b`, the module a.b where that is one."""
    for child in ast.walk(node):
        if isinstance(child, ast.Import):
            yield from (alias.name for alias in child.names)
        elif isinstance(child, ast.ImportFrom) and child.module:
            for alias in child.names:
                submodule = f"{child.module}.{alias.name}"
                yield submodule if submodule in TREES else child.module


def imports_of_ours(module: str) -> set[str]:
    return {name for name in imports(TREES[module]) if name in TREES}


def layer(module: str) -> str:
    """The longest row of the table that the module belongs to."""
    rows = [row for row in ALLOWED if module == row or (module.startswith(f"{row}.") and row != "motionfollower")]
    assert rows, f"{module} has no row in the table of allowed imports"
    return max(rows, key=len)


def allowed(row: str) -> set[str]:
    names = ALLOWED[row].split()
    tops = {"preprocess", "ui"}
    return {row, "motionfollower", *(name if name in tops else f"motionfollower.{name}" for name in names)}


@MODULES
def test_imports_point_down(module: str) -> None:
    upward = {name for name in imports_of_ours(module) if layer(name) not in allowed(layer(module))}
    assert not upward


def test_no_cycles() -> None:
    graph = {module: imports_of_ours(module) - {module} for module in TREES}
    assert list(TopologicalSorter(graph).static_order())


@MODULES
def test_only_backends_builds_implementations(module: str) -> None:
    package = module.rpartition(".")[0]
    built = {name for name in imports_of_ours(module) & BUILT_BY_BACKENDS if name.rpartition(".")[0] != package}
    assert module == "motionfollower.backends" or not built


@MODULES
def test_only_the_app_knows_gradio(module: str) -> None:
    assert module.split(".")[0] in ("app", "ui") or not any(
        name.split(".")[0] == "gradio" for name in imports(TREES[module])
    )


@MODULES
def test_slow_libraries_are_imported_late(module: str) -> None:
    slow = SLOW | ({"torch"} if module.startswith("preprocess") else set())
    if module.split(".")[0] in ("app", "ui"):
        slow = slow - {"gradio"}
    statements = [node for node in TREES[module].body if isinstance(node, ast.Import | ast.ImportFrom)]
    assert not {name for node in statements for name in imports(node) if name.split(".")[0] in slow}


@MODULES
def test_only_device_knows_devices(module: str) -> None:
    if module != "motionfollower.device":
        assert not [f"line {node.lineno}" for node in ast.walk(TREES[module]) if is_about_devices(node)]


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
