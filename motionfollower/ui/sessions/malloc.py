"""Memory that one thread has given back is there for the others."""

from __future__ import annotations

import ctypes

M_ARENA_MAX = -8  # of glibc's malloc.h
ARENAS = 2


def limit_malloc_arenas() -> None:
    """Let all threads of the server share two arenas; elsewhere than on glibc nothing is done.

    Glibc gives a new thread an arena of its own, whose free memory no other thread uses: thirty edits, each seen
    by other threads, would take twice the memory of one.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(M_ARENA_MAX, ARENAS)
