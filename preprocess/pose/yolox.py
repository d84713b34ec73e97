"""YOLOX person detection (arXiv 2107.08430): the network's input, and the decoding of its output to boxes."""

from __future__ import annotations

import cv2
import numpy as np

from preprocess.types import Floats, Frame

STRIDES = (8, 16, 32)
PADDING = 114  # grey, as in training
PERSON = 5  # the column of COCO's first class, behind the box (4) and the objectness
MIN_SCORE = 0.3
MAX_IOU = 0.45


def letterbox(image: Frame, size: int) -> tuple[Floats, float]:
    """The network's input f32 [1, 3, size, size] from an image uint8 [H, W, 3] RGB, and its scale.

    The input is BGR in 0 to 255, with the image in the upper left corner.
    """
    height, width = image.shape[:2]
    scale = min(size / height, size / width)
    small = cv2.resize(image, (int(width * scale), int(height * scale)), interpolation=cv2.INTER_LINEAR)
    canvas = np.full((size, size, 3), PADDING, np.uint8)
    canvas[: small.shape[0], : small.shape[1]] = small[..., ::-1]
    return canvas.transpose(2, 0, 1)[None].astype(np.float32), scale


def decode_people(output: Floats, size: int, scale: float) -> Floats:
    """Boxes f32 [N, 4] (left, top, right, bottom) in the image's pixels, by descending score.

    `output` f32 [cells, 5 + classes] is the network's: offsets from the cell, logarithms of the box's sides in
    strides, objectness, classes. Overlapping boxes are removed by non-maximum suppression.
    """
    cells, strides = _grid(size)
    centres = (output[:, :2] + cells) * strides
    sides = np.exp(output[:, 2:4]) * strides
    scores = output[:, 4] * output[:, PERSON]
    corners = np.concatenate([centres - sides / 2, sides], axis=1) / scale
    kept = np.array(cv2.dnn.NMSBoxes(corners.tolist(), scores.tolist(), MIN_SCORE, MAX_IOU), int).reshape(-1)
    boxes = corners[kept]
    boxes[:, 2:] += boxes[:, :2]
    return np.asarray(boxes, np.float32)


def _grid(size: int) -> tuple[Floats, Floats]:
    """Each cell's column and row f32 [cells, 2] and stride f32 [cells, 1], finest grid first."""
    grids, strides = [], []
    for stride in STRIDES:
        count = size // stride
        rows, columns = np.divmod(np.arange(count**2), count)
        grids.append(np.stack([columns, rows], axis=1))
        strides.append(np.full((count**2, 1), stride))
    return np.concatenate(grids).astype(np.float32), np.concatenate(strides).astype(np.float32)
