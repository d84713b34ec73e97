"""The small long clip of these tests: two bundled clips in two chunks of eight frames."""

from pathlib import Path

from motionfollower.pipeline.chunks.chunking import Chunking

EXAMPLES = Path(__file__).parents[3] / "examples"
SOURCE, DANCE = EXAMPLES / "source-mia-room.mp4", EXAMPLES / "target-leo-dance-b.mp4"
SMALL = Chunking(longest=8, overlap=4, fade=2, detection=5)
FRAMES = 12
