"""Progress of work that goes through a clip frame by frame."""

from __future__ import annotations

from collections.abc import Callable

OnProgress = Callable[[int], None]
"""Called with the number of units done. It may raise to stop the work, which then leaves nothing behind."""


def ignore_progress(done: int) -> None:
    """An `OnProgress` that does nothing."""
