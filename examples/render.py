"""Renders the example clips: python examples/render.py [NAME …], all of them without a name."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from functools import reduce
from pathlib import Path
from tempfile import TemporaryDirectory

from motionfollower.research.synthetic.appearance.sampling import sample_appearance
from motionfollower.research.synthetic.assets.store import load_assets
from motionfollower.research.synthetic.assets.types import Assets
from motionfollower.research.synthetic.environment.sampling import sample_environment
from motionfollower.research.synthetic.environment.types import Style
from motionfollower.research.synthetic.export.audio import write_beat
from motionfollower.research.synthetic.motion.change import face_front, join, mirror
from motionfollower.research.synthetic.motion.sequence import make_sequence, play_once
from motionfollower.research.synthetic.motion.types import Motion
from motionfollower.research.synthetic.scene.camera import Camera
from motionfollower.research.synthetic.scene.character import make_character
from motionfollower.research.synthetic.scene.scene import Renderer, Scene
from motionfollower.research.synthetic.scene.shot import plan_shots
from preprocess.types import Size, Sound
from preprocess.video.write import write_video

sys.path.insert(0, str(Path(__file__).parents[1]))

FOLDER = Path(__file__).parent
FPS, FRAMES = 12.0, 48
SQUARE, TALL = (512, 512), (512, 768)
OVERLAP = 12  # frames of 30 a second
LITTLE_GRAIN = 0.4  # levels: grain is most of what a film weighs


@dataclass(frozen=True)
class Example:
    """One clip: the seeds of a look and of a place, and a recording or the seed of a motion."""

    name: str
    look: int
    place: int
    style: Style
    motion: str | int
    camera: Camera
    size: Size = SQUARE


STILL = Camera(fill=0.86)
MOVING = Camera(fill=0.8, pan=0.9, zoom=0.22, shake=0.006)
EXAMPLES = (
    Example("source-mia-room", 39, 1, Style.ROOM, 9, STILL),
    Example("source-ken-brick-moving-camera", 94, 2, Style.BRICK, 14, MOVING),
    Example("source-ana-park", 59, 3, Style.PARK, 8, STILL, TALL),
    Example("source-zoe-studio-moving-camera", 84, 4, Style.STUDIO, 12, MOVING, TALL),
    Example("target-leo-dance-b", 34, 5, Style.STREET, "dance_b", STILL),
    Example("target-r107-dance-a", 107, 6, Style.STAGE, "dance_a", STILL),
    Example("target-max-steps", 65, 7, Style.STUDIO, 3, STILL, TALL),
    Example("target-ida-arms", 125, 8, Style.ROOM, 20, STILL, TALL),
)


def move(assets: Assets, motion: str | int) -> Motion:
    """A sequence of a seed, or a recording there and back, so that it stays in the picture."""
    if isinstance(motion, int):
        return make_sequence(assets, motion, FRAMES / FPS)
    once = play_once(assets, motion)
    return face_front(reduce(lambda whole, part: join(whole, part, OVERLAP), [once, mirror(once), once]))


def render(assets: Assets, example: Example) -> Path:
    """Render one clip with its sound; the file."""
    dancer, place = (
        make_character(assets, sample_appearance(example.look)),
        sample_environment(example.place, example.style),
    )
    scene = Scene(dancer, place, example.camera, example.size, FPS, LITTLE_GRAIN)
    (take,) = plan_shots(scene.stage, [move(assets, example.motion)], FRAMES)
    frames = (frame.image for frame in Renderer(assets, scene).render(take))
    path = FOLDER / f"{example.name}.mp4"
    with TemporaryDirectory() as folder:
        beat = Path(folder) / "beat.wav"
        write_beat(beat, FRAMES / FPS)
        write_video(path, frames, FPS, Sound(beat, 0.0, FRAMES / FPS))
    return path


def main(names: list[str]) -> None:
    """Render the named clips, or all."""
    assets = load_assets()
    for example in EXAMPLES:
        if not names or example.name in names:
            path = render(assets, example)
            print(f"{path.name}: {path.stat().st_size / 2**20:.1f} MiB")


if __name__ == "__main__":
    main(sys.argv[1:])
