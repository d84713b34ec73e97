"""Fixtures for all tests."""

import signal
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real clips and recorded numbers that lies beside some checkouts."""
    folder = ROOT.parent / "shared"
    if not folder.is_dir():
        pytest.skip("the folder ../shared with real clips and recorded numbers is absent")
    return folder


@pytest.fixture(autouse=True, scope="session")
def interruptible() -> None:
    """Let Ctrl-C interrupt as it does at a terminal: what a script starts in the background ignores it."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
