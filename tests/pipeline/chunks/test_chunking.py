"""Clips split into chunks, and the seams over which these are blended."""

import numpy as np
import pytest

from motionfollower.core.config import EditConfig, PrepareSettings
from motionfollower.pipeline.backends import Backend
from motionfollower.pipeline.chunks.chunking import DEFAULT_CHUNKING, blend_chunks
from motionfollower.pipeline.chunks.opening import has_chunks
from preprocess.types import Frame
from tests.pipeline.chunks.small import DANCE, FRAMES, SMALL, SOURCE


class TestChunking:
    @pytest.mark.parametrize("frames", [1, 50, 97, 176, 177, 600, 1001])
    def test_the_chunks_cover_the_clip_and_overlap(self, frames: int) -> None:
        chunks, seams = DEFAULT_CHUNKING.chunks(frames), DEFAULT_CHUNKING.seams(frames)
        longest, overlap = DEFAULT_CHUNKING.longest, DEFAULT_CHUNKING.overlap
        assert (chunks[0].start, chunks[-1].stop) == (0, frames)
        assert {len(chunk) for chunk in chunks} == {len(chunks[0])}
        assert len(chunks[0]) <= longest
        assert len(chunks) == max(1, -(-(frames - overlap) // (longest - overlap)))
        for earlier, later, seam in zip(chunks, chunks[1:], seams, strict=False):
            assert len(range(later.start, earlier.stop)) >= overlap - 1
            assert later.start < seam.start < seam.stop < earlier.stop

    @pytest.mark.parametrize("frames", [1, 64, 65, 600])
    def test_the_detection_spans_cover_the_clip_without_overlap(self, frames: int) -> None:
        spans = DEFAULT_CHUNKING.detection_spans(frames)
        assert [frame for span in spans for frame in span] == list(range(frames))
        assert max(map(len, spans)) <= DEFAULT_CHUNKING.detection

    def test_a_chunk_is_blended_into_the_next_over_their_seam(self) -> None:
        def composite(chunk: int, frame: int, original: Frame) -> Frame:
            assert frame in chunks[chunk]
            assert original is source[frame]
            return np.full((2, 3, 3), 90 * chunk, np.uint8)

        source = [np.full((2, 3, 3), frame, np.uint8) for frame in range(FRAMES)]
        chunks, seams = SMALL.chunks(FRAMES), SMALL.seams(FRAMES)
        pairs = list(blend_chunks(chunks, seams, source, composite))
        assert chunks == (range(8), range(4, 12))
        assert seams == (range(5, 7),)
        assert all(original is frame for (original, _), frame in zip(pairs, source, strict=True))
        assert [int(edited.max()) for _, edited in pairs] == [0, 0, 0, 0, 0, 30, 60, 90, 90, 90, 90, 90]

    @pytest.mark.parametrize("frames", [FRAMES - 1, FRAMES + 1])
    def test_a_source_of_another_length_is_an_error(self, frames: int) -> None:
        source = np.zeros((frames, 2, 3, 3), np.uint8)
        with pytest.raises(AssertionError):
            list(blend_chunks(SMALL.chunks(FRAMES), SMALL.seams(FRAMES), source, lambda chunk, frame, image: image))

    def test_clips_have_chunks_by_the_frames_that_their_headers_promise(self, backend: Backend) -> None:
        def is_long(frames: int | None, fps: float | None) -> bool:
            return has_chunks(EditConfig(SOURCE, DANCE, PrepareSettings(frames=frames, fps=fps), backend.settings))

        assert not is_long(None, None)  # 48 frames
        assert is_long(None, 36)
        assert not is_long(96, 36)
