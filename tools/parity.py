"""Compare our numbers with those that were recorded from the released code.

    python tests/parity.py CASE_DIR

prints `name rel_l2` a line and last `worst NAME VALUE`, and exits with 1 where one is past its tolerance.
What a case lacks is passed over, so that the small case in tests/data works like a whole one.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import torch

from tools.oracle import Case, Row
from tools.parity_edit import edits, guidance, reconstruction, schedule
from tools.parity_modules import modules

sys.path.insert(0, str(Path(__file__).parents[1]))  # run as a script, only its own folder is on the path

SECTIONS = (modules, schedule, guidance, reconstruction, edits)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Compare our networks with recorded numbers.")
    parser.add_argument("case", type=Path, help="the folder of the recorded case")
    case = Case(parser.parse_args(arguments).case)
    rows: list[Row] = []
    with torch.no_grad():
        for section in SECTIONS:
            for row in section(case):
                print(f"{row[0]} {row[1]:.3g}", flush=True)
                rows.append(row)
    name, value, tolerance = max(rows, key=lambda row: row[1] / row[2])
    print(f"worst {name} {value:.3g}")
    return int(value > tolerance)


if __name__ == "__main__":
    sys.exit(main())
