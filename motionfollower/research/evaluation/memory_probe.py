"""Measure the peak memory of one step of each kind: run as
`python -m motionfollower.research.evaluation.memory_probe tiny | full`.

Prints JSON: the peak of the process in bytes beyond what it held before there were networks (`measured`), the peak
that was counted (`counted`), and what it held before (`before`).
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import torch

from motionfollower.core.config import SamplerSettings
from motionfollower.core.device import peak_memory_mb
from motionfollower.models.config import NetworksConfig
from motionfollower.models.model import Networks, build_networks
from motionfollower.models.weights.manifest import EMBEDDED_FOLDER
from motionfollower.pipeline.memory.estimate import MemoryQuery, trace_memory


def probe_query(name: str) -> MemoryQuery:
    """The embedded model ("tiny") on 24 frames or the full-size one ("full") on 2: the whole method, in float32."""
    settings = SamplerSettings(steps=10, camera=True)
    if name == "full":
        return MemoryQuery(NetworksConfig(), 2, (512, 512), torch.float32, settings)
    config = NetworksConfig.from_json(json.loads((EMBEDDED_FOLDER / "config.json").read_text()))
    return MemoryQuery(config, 24, (128, 128), torch.float32, settings)


def main(name: str) -> str:
    """Run a probe; the JSON to print."""
    query = probe_query(name)
    with torch.device("meta"):
        networks = build_networks(query.config)  # imports the libraries, whose memory doesn't count
    before = _resident_bytes()
    fill_weights(networks)
    memory = trace_memory(networks, query)
    return json.dumps({"measured": peak_memory_mb() * 2**20 - before, "counted": memory.peak, "before": before})


def fill_weights(networks: Networks) -> None:
    """Fill all weights with small constants, which is faster than random initialisation."""
    for part in networks.parts:
        shapes = {key: weight.shape for key, weight in part.state_dict().items()}
        state = {key: torch.linspace(-0.03, 0.03, shape.numel()).view(shape) for key, shape in shapes.items()}
        part.load_state_dict(state, assign=True)
        part.requires_grad_(False).eval()


def _resident_bytes() -> int:
    """The resident memory of this process."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


if __name__ == "__main__":
    sys.stdout.write(main(sys.argv[1]) + "\n")
