"""Start MediaPipe without the lines that it writes past Python onto the terminal."""

import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def quiet_start() -> Iterator[None]:
    """Send the process's stderr nowhere for the moments in which a MediaPipe graph is imported and started."""
    stderr = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    os.close(nowhere)
    try:
        with quiet_warnings():
            yield
    finally:
        os.dup2(stderr, 2)
        os.close(stderr)


@contextmanager
def quiet_warnings() -> Iterator[None]:
    """Ignore Python warnings: MediaPipe calls deprecated functions of protobuf at each picture."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
