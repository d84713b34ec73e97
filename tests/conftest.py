"""Fixtures and markers for all tests."""

import signal
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests that drive a browser, directly or through other fixtures."""
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker("browser")


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real clips and recorded numbers that some checkouts have beside them."""
    folder = ROOT.parent / "shared"
    if not folder.is_dir():
        pytest.skip("the folder ../shared with real clips and recorded numbers is absent")
    return folder


@pytest.fixture(autouse=True, scope="session")
def interruptible() -> None:
    """Restore SIGINT's default handler: processes that a script starts in the background ignore Ctrl-C."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
