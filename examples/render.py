"""Render the example clips: python examples/render.py [NAME …], without a name all of them."""

from __future__ import annotations

import sys
import wave
from dataclasses import dataclass
from functools import reduce
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).parents[1]))

from motionfollower.research.synthetic.appearance.sampling import sample_appearance
from motionfollower.research.synthetic.assets.store import load_assets
from motionfollower.research.synthetic.assets.types import Assets
from motionfollower.research.synthetic.environment.sampling import sample_environment
from motionfollower.research.synthetic.environment.types import Style
from motionfollower.research.synthetic.motion.sequence import make_sequence, play_once
from motionfollower.research.synthetic.motion.transforms import face_front, join, mirror
from motionfollower.research.synthetic.motion.types import Motion
from motionfollower.research.synthetic.scene.camera import Camera
from motionfollower.research.synthetic.scene.character import make_character
from motionfollower.research.synthetic.scene.scene import Renderer, Scene
from motionfollower.research.synthetic.scene.shot import plan_shots
from preprocess.types import Size, Sound
from preprocess.video.write import write_video

FOLDER = Path(__file__).parent
FPS, FRAMES = 12.0, 48
SQUARE, TALL = (512, 512), (512, 768)
OVERLAP = 12  # frames at 30 FPS
GRAIN = 0.4  # 8-bit levels: little, because grain dominates the size of a video
SAMPLE_RATE = 44100
DRUM, DRUM_DECAY = 70.0, 9.0  # Hz, 1/s
SHAKER_DECAY = 40.0  # 1/s
DRUM_LEVEL, SHAKER_LEVEL = 0.35, 0.06  # of full scale
TEMPO = 112.0  # beats per minute


@dataclass(frozen=True)
class Example:
    """One clip: the seeds of appearance and environment, and the name of a recording or the seed of a motion."""

    name: str
    appearance: int
    environment: int
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


def make_motion(assets: Assets, motion: str | int) -> Motion:
    """A sequence drawn from a seed, or a recording forth and back, so that it stays in the image."""
    if isinstance(motion, int):
        return make_sequence(assets, motion, FRAMES / FPS)
    once = play_once(assets, motion)
    return face_front(reduce(lambda whole, part: join(whole, part, OVERLAP), [once, mirror(once), once]))


def render(assets: Assets, example: Example) -> Path:
    """Render one clip with sound; the path of the video."""
    character = make_character(assets, sample_appearance(example.appearance))
    environment = sample_environment(example.environment, example.style)
    scene = Scene(character, environment, example.camera, example.size, FPS, GRAIN)
    (shot,) = plan_shots(scene.setup, [make_motion(assets, example.motion)], FRAMES)
    frames = (frame.image for frame in Renderer(assets, scene).render(shot))
    path = FOLDER / f"{example.name}.mp4"
    with TemporaryDirectory() as folder:
        beat = Path(folder) / "beat.wav"
        write_beat(beat, FRAMES / FPS)
        write_video(path, frames, FPS, Sound(beat, 0.0, FRAMES / FPS))
    return path


def synthesize_beat(seconds: float) -> NDArray[np.int16]:
    """Mono samples of a soft beat: a low drum on each beat, a shaker between the beats."""
    time = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    beats = time * TEMPO / 60
    since, since_half = (beats % 1) * 60 / TEMPO, ((beats + 0.5) % 1) * 60 / TEMPO
    drum = DRUM_LEVEL * np.sin(2 * np.pi * DRUM * since) * np.exp(-DRUM_DECAY * since)
    noise = np.random.default_rng(0).uniform(-1, 1, len(time))
    shaker = SHAKER_LEVEL * noise * np.exp(-SHAKER_DECAY * since_half)
    return np.asarray(np.rint(32767 * (drum + shaker)), np.int16)


def write_beat(path: Path, seconds: float) -> None:
    """Write the beat as a wav file."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(SAMPLE_RATE)
        file.writeframes(synthesize_beat(seconds).tobytes())


def main(names: list[str]) -> None:
    """Render the named clips, or all."""
    assets = load_assets()
    for example in EXAMPLES:
        if not names or example.name in names:
            path = render(assets, example)
            print(f"{path.name}: {path.stat().st_size / 2**20:.1f} MiB")


if __name__ == "__main__":
    main(sys.argv[1:])
