"""Tiny real ONNX networks with the inputs and outputs of DWPose's: they detect bright spots."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

SIZE = 640
CELLS = {8: 80, 16: 40, 32: 20}
CLASSES = 80
BOX = (np.log(12.0), np.log(20.0))
"""The logarithms of a box's sides, in strides: 96 × 160 pixels on the finest grid."""

POSE_SIZE = (288, 384)
JOINTS = 133
OPSET, IR = 17, 8


def write_detector(path: Path, *, finds: bool = True) -> Path:
    """A detector for which each white 8 × 8 cell is a person around its centre, and each blue one is of class 2.

    With `finds` False it never detects a person.
    """
    nodes, constants = [], {}
    for stride, count in CELLS.items():
        weight, bias = np.zeros((5 + CLASSES, 3, 1, 1), np.float32), np.zeros(5 + CLASSES, np.float32)
        bias[:4] = 0.5, 0.5, *BOX
        bias[4] = float(finds and stride == 8)
        weight[5], bias[5] = 2 / 255 / 3, -1  # the grey padding is no person
        weight[7, 0] = 1 / 255  # the network takes BGR
        constants |= {f"weight{stride}": weight, f"bias{stride}": bias, f"shape{stride}": [1, 5 + CLASSES, count**2]}
        nodes += [
            helper.make_node(
                "AveragePool", ["images"], [f"p{stride}"], kernel_shape=[stride] * 2, strides=[stride] * 2
            ),
            helper.make_node("Conv", [f"p{stride}", f"weight{stride}", f"bias{stride}"], [f"c{stride}"]),
            helper.make_node("Reshape", [f"c{stride}", f"shape{stride}"], [f"r{stride}"]),
            helper.make_node("Transpose", [f"r{stride}"], [f"t{stride}"], perm=[0, 2, 1]),
        ]
    nodes.append(helper.make_node("Concat", [f"t{stride}" for stride in CELLS], ["output"], axis=1))
    cells = sum(count**2 for count in CELLS.values())
    return _write(path, nodes, constants, ("images", [1, 3, SIZE, SIZE]), {"output": [1, cells, 5 + CLASSES]})


def write_pose_network(path: Path) -> Path:
    """A pose network: the nose is at the brightest row and column, the others around it with increasing scores."""
    width, height = POSE_SIZE
    offsets = np.random.default_rng(0).integers(-150, 150, (2, JOINTS, 1))
    offsets[:, 0] = 0
    confidence = np.linspace(0.4, 1, JOINTS, dtype=np.float32)[:, None]
    constants: dict[str, object] = {"confidence": confidence, "bins": np.array([1, 1, 2], np.float32), "axes": [1]}
    for name, bins, shift in (("x", 2 * width, offsets[0]), ("y", 2 * height, offsets[1])):
        constants[f"from{name}"] = (np.arange(bins) - shift).clip(0, bins - 1)
    constants["lift"] = np.array(3, np.float32)  # above the normalised value of black
    nodes = [helper.make_node("Add", ["input", "lift"], ["lifted"])]
    for name, axis in (("x", 2), ("y", 3)):
        nodes += [
            helper.make_node("ReduceMean", ["lifted"], [f"m{name}"], axes=[1, axis], keepdims=0),
            helper.make_node("ReduceMax", [f"m{name}"], [f"top{name}"], axes=[1], keepdims=1),
            helper.make_node("Div", [f"m{name}", f"top{name}"], [f"relative{name}"]),
            helper.make_node("Unsqueeze", [f"relative{name}", "axes"], [f"u{name}"]),
            helper.make_node("Resize", [f"u{name}", "", "bins"], [f"wide{name}"], mode="nearest"),
            helper.make_node("Squeeze", [f"wide{name}", "axes"], [f"flat{name}"]),
            helper.make_node("Gather", [f"flat{name}", f"from{name}"], [f"moved{name}"], axis=1),
            helper.make_node("Mul", [f"moved{name}", "confidence"], [f"simcc_{name}"]),
        ]
    outputs = {"simcc_x": [1, JOINTS, 2 * width], "simcc_y": [1, JOINTS, 2 * height]}
    return _write(path, nodes, constants, ("input", [1, 3, height, width]), outputs)


def _write(
    path: Path,
    nodes: Sequence[onnx.NodeProto],
    constants: dict[str, object],
    given: tuple[str, list[int]],
    outputs: dict[str, list[int]],
) -> Path:
    graph = helper.make_graph(
        nodes,
        path.stem,
        [helper.make_tensor_value_info(given[0], TensorProto.FLOAT, given[1])],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in outputs.items()],
        [numpy_helper.from_array(_array(value), name) for name, value in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR)
    onnx.checker.check_model(model)
    onnx.save(model, path)
    return path


def _array(value: object) -> NDArray[np.generic]:
    return value if isinstance(value, np.ndarray) else np.array(value, np.int64)
