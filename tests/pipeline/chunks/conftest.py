"""Fixtures of a small edit in chunks."""

import pytest

from motionfollower.core.config import EditConfig, PrepareSettings
from motionfollower.pipeline.backends import Backend
from tests.pipeline.chunks.small import DANCE, FRAMES, SOURCE


@pytest.fixture(scope="module")
def config(backend: Backend) -> EditConfig:
    return EditConfig(SOURCE, DANCE, PrepareSettings(frames=FRAMES, size=(128, 128)), backend.settings)
