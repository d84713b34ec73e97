"""Fixtures: the assets of synthetic dancers, if they have been downloaded."""

import pytest

from motionfollower.research.synthetic.assets.store import assets_file, load_assets
from motionfollower.research.synthetic.assets.types import Assets


@pytest.fixture(scope="session")
def assets() -> Assets:
    if not assets_file().is_file():
        pytest.skip("the assets are not installed: python -m motionfollower dancers assets")
    return load_assets()
