"""Fixtures: one small scene."""

import pytest

from motionfollower.research.synthetic.appearance.sampling import sample_appearance
from motionfollower.research.synthetic.assets.types import Assets
from motionfollower.research.synthetic.environment.sampling import sample_environment
from motionfollower.research.synthetic.environment.types import Style
from motionfollower.research.synthetic.scene.camera import Camera
from motionfollower.research.synthetic.scene.character import make_character
from motionfollower.research.synthetic.scene.scene import Scene

SIZE = (80, 96)
FPS = 8.0


@pytest.fixture(scope="session")
def scene(assets: Assets) -> Scene:
    """A character in a room before a static camera."""
    return Scene(
        make_character(assets, sample_appearance(3)), sample_environment(5, Style.ROOM), Camera(fill=0.8), SIZE, FPS
    )
