"""Peak memory at full size against the released order of work, and the report."""

from dataclasses import replace

import pytest

from motionfollower.core.config import SamplerSettings
from motionfollower.core.device import HALF
from motionfollower.models.config import NetworksConfig
from motionfollower.pipeline.memory.estimate import MemoryQuery, estimate_peak_memory
from motionfollower.research.evaluation.memory import KEPT_GOAL, PEAK_GOAL, MemoryReport, Probe
from motionfollower.research.evaluation.released import camera_mode_bytes, released_peak
from tests.sampling.tiny import CONFIG

SETTINGS = SamplerSettings(camera=True)
GB = 1e9


def test_camera_mode_keeps_one_step_at_full_size():
    """The released code was measured to keep 19.8 GB and all latents."""
    kept, as_released = camera_mode_bytes(MemoryQuery(NetworksConfig(), 24, (512, 512), HALF, SETTINGS))
    assert kept <= KEPT_GOAL
    assert as_released == pytest.approx(19.8 * GB, abs=0.1 * GB)


def test_the_released_order_needs_more():
    query = MemoryQuery(CONFIG, 6, (96, 64), HALF, SETTINGS)
    assert estimate_peak_memory(query).peak <= PEAK_GOAL * released_peak(query)


def test_the_report():
    memory = MemoryReport(
        unet_parameters=10**9,
        kept=5 * 10**8,
        kept_as_released=2 * 10**10,
        tiny_peak=5 * 10**8,
        tiny_peak_as_released=10**9,
        full_peaks={"peak": 2 * 10**10},
        tiny=Probe(predicted=9 * 10**8, measured=10**9),
    )
    assert memory.figures()["peak_ratio"] == 0.5
    assert memory.figures()["planner_error"] == pytest.approx(0.1)
    assert memory.figures()["kv_bytes_full"] == 5 * 10**8
    for text in ("20.00 GB", "ratio", "0.50", "10%"):
        assert text in memory.text()
    with_full = replace(memory, full=Probe(predicted=12 * 10**9, measured=10**10))
    assert with_full.planner_error == pytest.approx(0.2)
    assert "Full size, 2 frames" in with_full.text()
    assert with_full.figures()["full_step"] == {"predicted": 12 * 10**9, "measured": 10**10}
