"""`python -m motionfollower`: runs the command line, and ends quietly when it is interrupted at any moment."""

import signal
import sys
import time

INTERRUPTED = 130
REQUESTS = (signal.SIGINT, signal.SIGTERM)
PATIENCE = 2.0  # seconds; pressing Ctrl-C again within them doesn't disturb the cleaning up


def run() -> int:
    """The exit code; a request to terminate is an interruption, so that what is half-done is cleaned up."""
    try:
        _handle_requests()
        from motionfollower.cli import main

        return main()
    except KeyboardInterrupt:
        print("\nmotionfollower: interrupted; nothing half-written is left.", file=sys.stderr)
        return INTERRUPTED
    finally:
        for request in REQUESTS:
            signal.signal(request, signal.SIG_IGN)  # only Python's own end is left, which it would garble


def _handle_requests() -> None:
    """Raise KeyboardInterrupt on request, also where a shell has switched Ctrl-C off for its background jobs."""
    earliest = 0.0

    def interrupt(*_: object) -> None:
        nonlocal earliest
        if time.monotonic() >= earliest:
            earliest = time.monotonic() + PATIENCE
            raise KeyboardInterrupt

    for request in REQUESTS:
        signal.signal(request, interrupt)


if __name__ == "__main__":
    sys.exit(run())
