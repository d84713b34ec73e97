"""What `dancers render` makes: a dancer's clip, and with a second motion the right answer of an edit."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, replace

import numpy as np

from motionfollower.dancers.assets.types import Assets
from motionfollower.dancers.cast import draw_scene
from motionfollower.dancers.footage import Footage, shoot
from motionfollower.dancers.motion.sequence import make_sequence
from motionfollower.dancers.scene import Renderer
from motionfollower.dancers.seeds import ALL, check_seed
from motionfollower.dancers.take import plan_takes
from motionfollower.errors import SettingsError
from preprocess.types import Size

SMALLEST, LARGEST = 32, 1024  # pixels a side
LONGEST = 600  # frames


@dataclass(frozen=True)
class Order:
    """What to render: who, doing what, and with `target_motion` what they shall do instead.

    The clip that shows the target's motion has another dancer in another place, those of `other_seed`, before the
    same camera: so an alignment that keeps the place in the picture brings the dance where the truth has it.
    """

    seed: int
    motion: int
    target_motion: int | None = None
    size: Size = (512, 512)
    frames: int = 24
    fps: float = 8.0

    def __post_init__(self) -> None:
        check_seed(self.seed, "seed")
        check_seed(self.motion, "motion seed")
        if self.target_motion is not None:
            check_seed(self.target_motion, "target motion seed")
        if not all(SMALLEST <= side <= LARGEST for side in self.size):
            raise SettingsError.out_of_range("size", self.size, f"{SMALLEST} to {LARGEST} pixels a side")
        if not 1 <= self.frames <= LONGEST:
            raise SettingsError.out_of_range("frames", self.frames, f"1 to {LONGEST}")
        if not 1 <= self.fps <= 60:
            raise SettingsError.out_of_range("fps", self.fps, "1 to 60")

    @property
    def other_seed(self) -> int:
        """Another dancer, of the same half of the seeds: held out where this one is."""
        other = np.random.default_rng([self.seed, self.motion]).integers(100_000)
        return ALL.start + (self.seed // 100_000) * 100_000 + int(other)

    @property
    def total(self) -> int:
        """How many frames are rendered in all."""
        return self.frames * (1 if self.target_motion is None else 3)


@dataclass(frozen=True)
class Edit:
    """The right answer of an edit: another dancer's clip, and this dancer doing what that one does."""

    target: Footage
    truth: Footage


@dataclass(frozen=True)
class Production:
    """A rendered order."""

    source: Footage
    edit: Edit | None


def produce(assets: Assets, order: Order) -> Generator[int, None, Production]:
    """Render an order; yield the number of frames done, of `order.total`."""
    scene = draw_scene(assets, order.seed, order.size, order.fps)
    seeds = [order.motion] if order.target_motion is None else [order.motion, order.target_motion]
    motions = [make_sequence(assets, seed, order.frames / order.fps) for seed in seeds]
    takes = plan_takes(scene.stage, motions, order.frames, hands=order.seed)
    renderer = Renderer(assets, scene)
    source = yield from shoot(renderer, takes[0], order.fps)
    if order.target_motion is None:
        return Production(source, None)
    truth = yield from shoot(renderer, takes[1], order.fps, order.frames)
    other = replace(draw_scene(assets, order.other_seed, order.size, order.fps), camera=scene.camera)
    (alone,) = plan_takes(other.stage, motions[1:], order.frames, hands=order.other_seed)
    same_camera = replace(alone, views=takes[1].views)
    target = yield from shoot(Renderer(assets, other), same_camera, order.fps, 2 * order.frames)
    return Production(source, Edit(target, truth))
