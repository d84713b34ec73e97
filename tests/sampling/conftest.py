"""The tiny networks and conditioning; the networks are shared by all tests, none of which changes them."""

import pytest

from motionfollower.models.model import Networks
from motionfollower.sampling.conditioning import Conditioning
from tests.sampling.tiny import tiny_conditioning, tiny_networks


@pytest.fixture(scope="session")
def networks() -> Networks:
    return tiny_networks()


@pytest.fixture
def conditioning() -> Conditioning:
    return tiny_conditioning()
