"""Edited chunks on disk."""

from collections.abc import Generator
from pathlib import Path

import numpy as np
import pytest

from motionfollower.core.config import SamplerSettings
from motionfollower.core.errors import OutputError
from motionfollower.core.types import StepLosses
from motionfollower.io.compositing import EditLayer
from motionfollower.pipeline.chunks.chunk import ChunkResult, DiskStore
from preprocess.warnings import ClipWarning, WarningCode
from tests.full_disk import disk_with_room_for


class TestDiskStore:
    RESULT = ChunkResult(
        SamplerSettings(seed=2**62 + 1),
        (StepLosses(0, 1.5, 2.0),),
        (ClipWarning(WarningCode.SMALLER_WINDOW, (3,), "source", {"window": 8}),),
        source_flicker=0.25,
    )

    @pytest.mark.parametrize("is_locked", [True, False])
    def test_a_chunk_is_read_as_it_was_written(self, is_locked: bool, tmp_path: Path) -> None:
        random = np.random.default_rng(4)
        frames = random.integers(0, 256, (2, 20, 29, 3), dtype=np.uint8)
        masks = random.random((2, 20, 29)) > 0.5 if is_locked else None
        layer = EditLayer(frames, masks, random.random((20, 29)) > 0.5, None)
        store = DiskStore(tmp_path, None)
        assert store.result(0) is None
        store.write(0, self.RESULT, layer)
        assert store.result(0) == self.RESULT
        assert store.result(1) is None
        for index, source in enumerate(random.integers(0, 256, frames.shape, dtype=np.uint8)):
            assert np.array_equal(store.layer(0).composite(source, index), layer.composite(source, index))

    @pytest.mark.usefixtures("full_disk")
    def test_a_full_disk_leaves_no_chunk(self, tmp_path: Path) -> None:
        frames = np.random.default_rng(4).integers(0, 256, (2, 20, 29, 3), dtype=np.uint8)
        with pytest.raises(OutputError, match="chunk_0"):
            DiskStore(tmp_path, None).write(0, self.RESULT, EditLayer(frames, None, None, None))
        assert not list(tmp_path.iterdir())


@pytest.fixture
def full_disk() -> Generator[None, None, None]:
    with disk_with_room_for(300):
        yield
