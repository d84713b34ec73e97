"""Load Segment Anything strictly."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch

from motionfollower.core.errors import WeightsError
from motionfollower.models.weights.load import fill_module
from motionfollower.models.weights.manifest import SAM_B, SAM_H


def load_sam(path: Path) -> Any:
    """Load the network of a file of the manifest, on the CPU. WeightsError where the file is another or damaged."""
    from segment_anything.build_sam import build_sam_vit_b, build_sam_vit_h

    builders = {SAM_B: build_sam_vit_b, SAM_H: build_sam_vit_h}
    build = next((build for file, build in builders.items() if path.name in file.names), None)
    if build is None:
        raise WeightsError(f"{path} is not a checkpoint of Segment Anything. Put {SAM_B.names[-1]} there.")
    with torch.device("meta"):
        sam = build()
    fill_module(sam, [path], torch.float32)
    return sam
