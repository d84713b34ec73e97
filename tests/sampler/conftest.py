"""The small networks, once for all of the sampler's tests: nothing changes them."""

import pytest

from motionfollower.models.networks import Networks
from motionfollower.sampler.conditioning import Conditioning
from tests.sampler.tiny import tiny_conditioning, tiny_networks


@pytest.fixture(scope="session")
def networks() -> Networks:
    return tiny_networks()


@pytest.fixture
def conditioning() -> Conditioning:
    return tiny_conditioning()
