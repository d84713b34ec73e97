"""`python -m motionfollower`: runs the command line, and ends quietly when it is interrupted at any moment."""

import os
import signal
import sys
import time
from io import TextIOWrapper

INTERRUPTED = 130
UNREAD = 141  # what shells say of a program that a closed pipe has ended
REQUESTS = (signal.SIGINT, signal.SIGTERM)
PATIENCE = 2.0  # seconds; pressing Ctrl-C again within them doesn't disturb the cleaning up


def run() -> int:
    """The exit code; a request to terminate is an interruption too, so that what is half-done is cleaned up."""
    try:
        _handle_requests()
        _spell_out_signs()
        from motionfollower.cli.main import main

        code = main()
        print(end="", flush=True)
        return code
    except BrokenPipeError:  # whoever read our lines has left, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # Python's own end would write to stdout again
        return UNREAD
    except KeyboardInterrupt:
        print("\nmotionfollower: interrupted; nothing half-written is left.", file=sys.stderr, flush=True)
        os._exit(INTERRUPTED)  # where it fell into the `exec` of a library, Python would kill itself by a signal
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


def _spell_out_signs() -> None:
    """Have letters that a terminal or a pipe can't take written as codes, as they are for error messages."""
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")


if __name__ == "__main__":
    sys.exit(run())
