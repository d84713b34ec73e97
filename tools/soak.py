"""Soak test of the app: thirty edits in a row, then ten users at once; memory must not grow, results not be mixed up.

Run as `python -m tools.soak [RUNS USERS]`; exits with 1 where a bound is exceeded.
"""

import json
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from playwright.sync_api import sync_playwright

from tests.ui.conftest import CHROMIUM, FLAGS, Server, opening, serving
from tests.ui.steps import download, load_example, open_tab, press, set_field, wait_for_status

SETTLED = 5  # the run after which memory should not grow
GROWTH = 1.10
LARGEST_MB = 400  # of all the server's files; each session keeps only its last result
EDIT = 600_000  # milliseconds; the last in the queue waits for all others


def memory_mb(pid: int) -> float:
    fields = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    return int(fields["VmRSS"].split()[0]) / 1024


def files_mb(folder: Path) -> float:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) / 2**20


def start_edit(page: Any, seed: int, frames: int) -> None:
    open_tab(page, "Advanced")
    set_field(page, "frames", frames)
    open_tab(page, "Basic")
    set_field(page, "seed", seed)
    press(page, "generate")


def is_own(page: Any, seed: int, frames: int) -> bool:
    page.locator("#tiles").get_by_text(str(seed), exact=True).wait_for(timeout=EDIT)
    wait_for_status(page, "^Done")
    run = json.loads(download(page, "run.json").read_text())
    return (run["sampler"]["seed"], run["frames"]) == (seed, frames)


def run_in_a_row(server: Server, page: Any, runs: int) -> bool:
    load_example(page)
    settled = 0.0
    for run in range(1, runs + 1):
        start_edit(
            page, seed=1000 + run, frames=2 + run % 2
        )  # another number of frames, so that the clips are prepared again
        assert is_own(page, 1000 + run, 2 + run % 2)
        memory, files = memory_mb(server.pid), files_mb(server.folder)
        settled = memory if run <= SETTLED else settled
        print(f"run {run:2}: memory {memory:.0f} MB, files {files:.0f} MB", flush=True)
    print(f"memory after the last run is {memory / settled:.3f} of that after run {SETTLED}")
    return memory <= GROWTH * settled and files <= LARGEST_MB


def run_at_once(server: Server, pages: list[Any]) -> bool:
    for user, page in enumerate(pages):
        load_example(page)
        start_edit(page, seed=2000 + user, frames=2 + user % 3)
    own = [is_own(page, 2000 + user, 2 + user % 3) for user, page in enumerate(pages)]
    print(f"{sum(own)} of {len(own)} users got their own result; files {files_mb(server.folder):.0f} MB")
    return all(own) and files_mb(server.folder) <= LARGEST_MB


def main(runs: int = 30, users: int = 10) -> int:
    with TemporaryDirectory() as folder, serving(Path(folder)) as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        with opening(browser, server.url) as open_page:
            is_steady = run_in_a_row(server, open_page(), runs)
        with opening(browser, server.url) as open_page:
            is_fair = run_at_once(server, [open_page() for _ in range(users)])
        browser.close()
    return 0 if is_steady and is_fair else 1


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
