"""The dancers' assets, where they have been fetched, and one small scene."""

import pytest

from motionfollower.dancers.assets.store import assets_file, load_assets
from motionfollower.dancers.assets.types import Assets
from motionfollower.dancers.camera import Camera
from motionfollower.dancers.dancer import make_dancer
from motionfollower.dancers.look.draw import draw_look
from motionfollower.dancers.place.draw import draw_place
from motionfollower.dancers.place.types import Style
from motionfollower.dancers.scene import Scene

SIZE = (80, 96)
FPS = 8.0


@pytest.fixture(scope="session")
def assets() -> Assets:
    if not assets_file().is_file():
        pytest.skip("the dancers' assets are absent: python -m motionfollower dancers assets")
    return load_assets()


@pytest.fixture(scope="session")
def scene(assets: Assets) -> Scene:
    """A dancer in a room before a still camera."""
    return Scene(make_dancer(assets, draw_look(3)), draw_place(5, Style.ROOM), Camera(fill=0.8), SIZE, FPS)
