"""A file of jobs, one JSON object a line, with the names of the options of `edit`: all checked before any is done."""

from __future__ import annotations

import argparse
import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Never

from motionfollower.cli.edit import EditCommand, add_edit_options, check_edit_options
from motionfollower.core.errors import InputError

NAME = re.compile(r"(?=.{1,100}$)[\w-]+([. ]+[\w-]+)*")
MOST_TOLD = 20  # bad lines: who has more of them has made one mistake many times


@dataclass(frozen=True)
class BatchJob:
    """The job of a `line`, counted from 1: the `name`, which is its folder's, and the edit, with absolute paths."""

    line: int
    name: str
    order: EditCommand


def read_jobs(path: Path) -> tuple[BatchJob, ...]:
    """The jobs of a file; InputError names every line that is none, says why, and what is allowed."""
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path} can't be read: {error}. Give a text file with one JSON object a line.") from error
    jobs, complaints = [], []
    for number, line in enumerate(lines, 1):
        try:
            jobs += [_job(number, line)] if line.strip() else []
        except InputError as error:
            complaints.append(f"line {number}: {error}")
    complaints += _shared_places(jobs)
    if complaints:
        raise InputError("\n  ".join([f"{path} has lines that are no jobs:", *complaints[:MOST_TOLD]]))
    if not jobs:
        raise InputError(f"{path} has no jobs. Write one JSON object a line, with source and target.")
    return tuple(jobs)


def _job(number: int, line: str) -> BatchJob:
    try:
        entry = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise InputError(f"It is no JSON: {error}.") from error
    if not isinstance(entry, dict):
        raise InputError('It is no object. Write one like {"source": "a.mp4", "target": "b.mp4", "seed": 7}.')
    given = {str(key).replace("_", "-"): value for key, value in entry.items()}
    name = given.pop("name", None)
    options = parse_entry(given)
    order = EditCommand.of(options).absolute()
    for clip in filter(None, (order.request.source, order.request.target)):
        if not clip.exists():
            raise InputError(f"{clip} is not there.")
    return BatchJob(number, _checked_name(_usual_name(options) if name is None else name), order)


class _EntryParser(argparse.ArgumentParser):
    """Takes the options of `edit`; complains by InputErrors."""

    def error(self, message: str) -> Never:
        raise InputError(f"{message.removeprefix('argument --')}.")


def parse_entry(entry: dict[str, object]) -> argparse.Namespace:
    """The options that an object's entries are, checked as those of `edit`; InputError says which are allowed."""
    parser = _EntryParser(add_help=False, allow_abbrev=False)
    add_edit_options(parser)
    clips = [_text(key, entry[key]) for key in ("source", "target") if entry.get(key)]
    if len(clips) == 1:
        raise InputError("A job needs either source and target, or case, or run.")
    settings = {key: value for key, value in entry.items() if key not in ("source", "target")}
    words = [word for key, value in settings.items() for word in _words(parser, key, value)]
    options = parser.parse_args([*words, "--", *clips])
    check_edit_options(options)
    return options


def _words(parser: argparse.ArgumentParser, key: str, value: object) -> list[str]:
    """An entry as it is written on the command line."""
    options = parser._option_string_actions  # argparse tells of its options nowhere else
    if (option := options.get(f"--{key}")) is None:
        names = ", ".join(["name", "source", "target", *(name.removeprefix("--") for name in options)])
        raise InputError(f"{key} is no option of edit; allowed are {names}.")
    values = [_text(key, part) for part in value] if isinstance(value, list) else [_text(key, value)]
    if option.nargs is not None:
        return [f"--{key}", *values]
    if len(values) != 1 and not isinstance(option, argparse._AppendAction):
        raise InputError(f"{key} is a list of {len(values)}; allowed is one value.")
    return [f"--{key}={part}" for part in values]


def _text(key: str, value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise InputError(f"{key} is {json.dumps(value)}; allowed is a text or a number, as on the command line.")
    return str(value)


def _usual_name(options: argparse.Namespace) -> str:
    if options.again:
        raise InputError("A job that repeats a run needs a name.")
    return str(options.case.stem) if options.case else f"{options.source.stem}_{options.target.stem}"


def _checked_name(name: object) -> str:
    if not isinstance(name, str) or not NAME.fullmatch(name) or name == "batch.json":
        raise InputError(
            f"name is {json.dumps(name)}; allowed are up to 100 letters, digits, hyphens and underscores, points and "
            "spaces between them, and not batch.json."
        )
    return name


def _shared_places(jobs: list[BatchJob]) -> Iterator[str]:
    """A complaint for each job that would write where an earlier one does."""
    taken = Counter[str]()
    for job in jobs:
        places = {f"the name {job.name}": job.name.casefold(), f"the bundle {job.order.bundle}": str(job.order.bundle)}
        for what, place in places.items():
            if taken[place] and place != "None":
                yield f"line {job.line}: {what} is that of an earlier line. Give it another name."
            taken[place] += 1
