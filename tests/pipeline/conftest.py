"""Fixtures of the pipeline's tests."""

import pytest

from motionfollower.pipeline.backends import Backend, load_backend


@pytest.fixture(scope="module")
def backend() -> Backend:
    return load_backend("embedded")
