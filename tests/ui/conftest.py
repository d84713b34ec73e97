"""The app in its own process, a real browser, and the values of its form."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import imageio_ffmpeg
import pytest

from motionfollower.ui.inputs.form import FormValues
from motionfollower.ui.inputs.selections import Selections

from .steps import make_small, open_tab, press, set_field, upload, wait_for_status

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
SOURCE, TARGET = EXAMPLES / "source-mia-room.mp4", EXAMPLES / "target-leo-dance-b.mp4"
CHROMIUM = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
FLAGS += ["--disable-component-update", "--disable-sync", "--autoplay-policy=no-user-gesture-required"]
DESKTOP, PHONE = {"width": 1440, "height": 1000}, {"width": 390, "height": 844}
START = 90  # seconds; the app starts faster on most machines
PATIENCE = 60_000  # milliseconds, for busy machines


@dataclass(frozen=True)
class Server:
    """A running app, which keeps all its files in `folder`."""

    url: str
    folder: Path
    pid: int


@contextmanager
def serving(folder: Path) -> Iterator[Server]:
    """Run the app in its own process."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = {"GRADIO_SERVER_PORT": str(port), "GRADIO_TEMP_DIR": str(folder / "files"), "TMPDIR": str(folder)}
    with (folder / "log.txt").open("w") as log:
        command = [sys.executable, "app.py"]
        process = subprocess.Popen(command, cwd=ROOT, env=os.environ | settings, stdout=log, stderr=subprocess.STDOUT)
        try:
            wait_for(f"http://127.0.0.1:{port}", process, folder / "log.txt")
            yield Server(f"http://127.0.0.1:{port}", folder, process.pid)
        finally:
            process.terminate()
            process.wait(20)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("app")) as server:
        yield server


@pytest.fixture(scope="session")
def url(server: Server) -> str:
    return server.url


def wait_for(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(4 * START):
        try:
            with urlopen(address, timeout=5):
                return
        except OSError:
            assert process.poll() is None, log.read_text()
            time.sleep(0.25)
    raise TimeoutError(log.read_text())


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed: no browser tests.")
    if not CHROMIUM.exists():
        pytest.skip(f"There is no {CHROMIUM}: install Debian's chromium for the browser tests.")
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield browser
        browser.close()


def add_sound(clip: Path, folder: Path) -> Path:
    """A copy of the clip with a tone."""
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-i", clip, "-f", "lavfi", "-i", "sine=440", "-shortest"]
    subprocess.run([*command, "-c:v", "copy", "-c:a", "aac", folder / clip.name], check=True, capture_output=True)
    return folder / clip.name


@contextmanager
def opening(browser: Any, url: str) -> Iterator[Any]:
    """A function that opens the app in a window; asserts that no page has errors or makes third-party requests."""
    contexts, external, errors = [], [], []

    def watch(request: Any) -> None:
        if not request.url.startswith((url, "data:", "blob:")):
            external.append(request.url)

    def open_page(**options: Any) -> Any:
        context = browser.new_context(**({"viewport": DESKTOP} | options))
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.on("request", watch)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(url)
        page.wait_for_selector("html[data-ready]")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not external
    assert not errors


@pytest.fixture
def open_page(browser: Any, url: str) -> Iterator[Any]:
    with opening(browser, url) as open_page:
        yield open_page


@pytest.fixture
def page(open_page: Any) -> Any:
    return open_page()


@pytest.fixture(scope="session")
def finished(browser: Any, url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A page with the result of a guided edit of a clip with sound, for tests that do not change it."""
    with opening(browser, url) as open_page:
        page = open_page()
        upload(page, add_sound(SOURCE, tmp_path_factory.mktemp("clips")), TARGET)
        make_small(page)
        set_field(page, "steps", 2)
        open_tab(page, "Basic")
        set_field(page, "guidance", 1)
        press(page, "generate")
        wait_for_status(page, r"^Done\.")
        yield page


def form_values(**changes: object) -> FormValues:
    defaults = FormValues(
        1.0, 0.0, 42, False, True, "source", "all", 100, "bones", "auto", 1, 8, 256, 0,
        1, 1, 1, 1, 0.4, 3, 32, 8, 0.0, 1.0, 1, 1, 1.0, 0, 0, 0, Selections(),
    )  # fmt: skip
    return defaults._replace(**changes)
