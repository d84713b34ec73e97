"""`python -m motionfollower`: runs the command line, and ends quietly when it is interrupted at any moment."""

import signal
import sys

INTERRUPTED = 130


def run() -> int:
    """The exit code; a request to terminate is an interruption, so that what is half-done is cleaned up."""
    try:
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        from motionfollower.cli import main

        return main()
    except KeyboardInterrupt:
        print("\nmotionfollower: interrupted; nothing was written.", file=sys.stderr)
        return INTERRUPTED


if __name__ == "__main__":
    sys.exit(run())
