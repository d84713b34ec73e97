"""Compare our networks and sampler with the numbers that were recorded from the released code (the oracle).

    python tools/parity.py [CASE_DIR]

prints one line `name rel_l2` per recorded number, last `worst NAME VALUE`, and exits with 1 where a number exceeds its
tolerance. Numbers that a case lacks are skipped, so that the bundled case in tests/data works like a complete one.
Without an argument it takes the complete case in ../shared/parity where that exists, else the bundled one.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import torch

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))  # run as a script, only the script's own folder is on the path

from tools.oracle import Case, Row  # noqa: E402  # needs the path
from tools.parity_edit import edits, guidance, reconstruction, schedule  # noqa: E402
from tools.parity_modules import modules  # noqa: E402

COMPLETE_CASE = ROOT.parent / "shared" / "parity" / "case_a"
BUNDLED_CASE = ROOT / "tests" / "data" / "case_a"
SECTIONS = (modules, schedule, guidance, reconstruction, edits)


def main(arguments: list[str] | None = None) -> int:
    """Print the relative L2 error of every recorded number; returns the exit status."""
    default = COMPLETE_CASE if COMPLETE_CASE.is_dir() else BUNDLED_CASE
    parser = argparse.ArgumentParser(description="Compare our networks and sampler with numbers of the released code.")
    parser.add_argument("case", type=Path, nargs="?", default=default, help=f"the case's folder (default: {default})")
    case = Case(parser.parse_args(arguments).case)
    rows: list[Row] = []
    with torch.no_grad():
        for section in SECTIONS:
            for row in section(case):
                print(f"{row[0]} {row[1]:.3g}", flush=True)
                rows.append(row)
    name, error, tolerance = max(rows, key=lambda row: row[1] / row[2])
    print(f"worst {name} {error:.3g}")
    return int(error > tolerance)


if __name__ == "__main__":
    sys.exit(main())
