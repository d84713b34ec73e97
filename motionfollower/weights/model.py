"""One model by its place: a folder in our layout, or the released weights in theirs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from motionfollower.models.networks import Networks
from motionfollower.weights.load import WeightFiles, load_files, load_networks, read_config
from motionfollower.weights.manifest import full_weights_folder
from motionfollower.weights.released import released_config, released_plan

FULL = "full"


def read_plan(place: str) -> dict[str, Any]:
    """A model's config.json as plain data: from the file, its folder, or of the released weights ("full").

    WeightsError where it is missing or not one.
    """
    if place == FULL:
        return released_plan(full_weights_folder())
    path = Path(place) / "config.json" if Path(place).is_dir() else Path(place)
    read_config(path)
    plan: dict[str, Any] = json.loads(path.read_text())
    return plan


def load_model(place: str) -> Networks:
    """A model's networks from its folder, or the released ones ("full"), on the CPU. WeightsError as the loader's."""
    if place != FULL:
        return load_networks(Path(place))
    folder = full_weights_folder()
    return load_files(released_config(folder), WeightFiles.released(folder))
