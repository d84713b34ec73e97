"""The most memory that this process held while something was done."""

from __future__ import annotations

import threading
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass

import psutil

EVERY = 0.02  # seconds between looks
MIB = 2**20


@dataclass
class Peak:
    """The most memory so far, in MiB."""

    mb: float = 0.0


@contextmanager
def watching_memory() -> Generator[Peak, None, None]:
    """Watch this process's memory; the `Peak` is final when the block ends."""
    process, peak, over = psutil.Process(), Peak(), threading.Event()

    def look() -> None:
        while True:
            peak.mb = max(peak.mb, process.memory_info().rss / MIB)
            if over.wait(EVERY):
                return

    watcher = threading.Thread(target=look, daemon=True)
    watcher.start()
    try:
        yield peak
    finally:
        over.set()
        watcher.join()
