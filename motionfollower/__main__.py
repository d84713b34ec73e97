"""`python -m motionfollower`: run the command line, with clean exits on signals and closed pipes."""

import os
import signal
import sys
import time
from io import TextIOWrapper

INTERRUPTED = 130
BROKEN_PIPE = 141  # the exit code that shells report for a program killed by SIGPIPE
SIGNALS = (signal.SIGINT, signal.SIGTERM)
GRACE_SECONDS = 2.0  # further signals within this time are ignored, so that they don't disturb the cleanup


def run() -> int:
    """Run the command line and return its exit code. SIGTERM is handled as SIGINT is, so that it cleans up as well."""
    try:
        _install_signal_handlers()
        _escape_unencodable_output()
        from motionfollower.cli.main import main

        code = main()
        print(end="", flush=True)
        return code
    except BrokenPipeError:  # the reader has closed the pipe, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # the interpreter flushes stdout again when it exits
        return BROKEN_PIPE
    except KeyboardInterrupt:
        print("\nmotionfollower: interrupted; no partial files are left.", file=sys.stderr, flush=True)
        os._exit(INTERRUPTED)  # an interrupt inside a library's `exec` would make Python kill itself with a signal
    finally:
        for number in SIGNALS:
            signal.signal(number, signal.SIG_IGN)  # a signal during interpreter shutdown would print a traceback


def _install_signal_handlers() -> None:
    """Raise KeyboardInterrupt on SIGINT and SIGTERM, also in background jobs, where shells ignore SIGINT."""
    earliest = 0.0

    def interrupt(*_: object) -> None:
        nonlocal earliest
        if time.monotonic() >= earliest:
            earliest = time.monotonic() + GRACE_SECONDS
            raise KeyboardInterrupt

    for number in SIGNALS:
        signal.signal(number, interrupt)


def _escape_unencodable_output() -> None:
    """Print characters that the encoding of stdout lacks as escape sequences, as stderr does."""
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")


if __name__ == "__main__":
    sys.exit(run())
