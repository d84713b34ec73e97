"""Read the jobs of a batch: one JSON object per line, keyed by the options of `edit`, all checked before any is run."""

from __future__ import annotations

import argparse
import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Never

from motionfollower.cli.edit import EditCommand, add_edit_options
from motionfollower.core.errors import InputError

NAME = re.compile(r"(?=.{1,100}$)[\w-]+([. ]+[\w-]+)*")
MAX_ERRORS = 20  # further ones are not listed; they likely have the same cause


@dataclass(frozen=True)
class BatchJob:
    """The job of a `line`, counted from 1: the `name` of its folder, and its edit, with absolute paths."""

    line: int
    name: str
    command: EditCommand


def read_jobs(path: Path) -> tuple[BatchJob, ...]:
    """Read a jobs file; InputError lists the invalid lines, each with its cause and what is allowed."""
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path} can't be read: {error}. Give a text file with one JSON object per line.") from error
    jobs, errors = [], []
    for number, line in enumerate(lines, 1):
        try:
            jobs += [_job(number, line)] if line.strip() else []
        except InputError as error:
            errors.append(f"line {number}: {error}")
    errors += _duplicate_outputs(jobs)
    if errors:
        raise InputError("\n  ".join([f"{path} has invalid lines:", *errors[:MAX_ERRORS]]))
    if not jobs:
        raise InputError(f"{path} has no jobs. Write one JSON object per line, with source and target.")
    return tuple(jobs)


def _job(number: int, line: str) -> BatchJob:
    try:
        entry = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise InputError(f"invalid JSON: {error}.") from error
    if not isinstance(entry, dict):
        raise InputError('not a JSON object. Write one like {"source": "a.mp4", "target": "b.mp4", "seed": 7}.')
    values = {str(key).replace("_", "-"): value for key, value in entry.items()}
    name = values.pop("name", None)
    options = parse_entry(values)
    command = EditCommand.from_options(options).absolute()
    for clip in filter(None, (command.config.source, command.config.target)):
        if not clip.exists():
            raise InputError(f"{clip} does not exist.")
    return BatchJob(number, _checked_name(_default_name(options) if name is None else name), command)


class _EntryParser(argparse.ArgumentParser):
    """Parses the options of `edit`; raises InputError instead of exiting."""

    def error(self, message: str) -> Never:
        raise InputError(f"{message.removeprefix('argument --')}.")


def parse_entry(entry: dict[str, object]) -> argparse.Namespace:
    """Parse the entries of a JSON object as options of `edit`; InputError for an invalid one."""
    parser = _EntryParser(add_help=False, allow_abbrev=False)
    add_edit_options(parser)
    clips = [_text(key, entry[key]) for key in ("source", "target") if entry.get(key)]
    if len(clips) == 1:
        raise InputError("A job needs either source and target, or case, or run.")
    settings = {key: value for key, value in entry.items() if key not in ("source", "target")}
    words = [word for key, value in settings.items() for word in _words(parser, key, value)]
    return parser.parse_args([*words, "--", *clips])


def _words(parser: argparse.ArgumentParser, key: str, value: object) -> list[str]:
    """The command-line arguments of an entry."""
    options = parser._option_string_actions  # argparse has no public list of its options
    if (option := options.get(f"--{key}")) is None:
        names = ", ".join(["name", "source", "target", *(name.removeprefix("--") for name in options)])
        raise InputError(f"{key} is not an option of edit; allowed are {names}.")
    values = [_text(key, part) for part in value] if isinstance(value, list) else [_text(key, value)]
    if option.nargs is not None:
        return [f"--{key}", *values]
    if len(values) != 1 and not isinstance(option, argparse._AppendAction):
        raise InputError(f"{key} is a list of {len(values)}; allowed is one value.")
    return [f"--{key}={part}" for part in values]


def _text(key: str, value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise InputError(f"{key} is {json.dumps(value)}; allowed is a string or a number, as on the command line.")
    return str(value)


def _default_name(options: argparse.Namespace) -> str:
    if options.run_json:
        raise InputError("A job that repeats a run needs a name.")
    return str(options.case.stem) if options.case else f"{options.source.stem}_{options.target.stem}"


def _checked_name(name: object) -> str:
    if not isinstance(name, str) or not NAME.fullmatch(name) or name == "batch.json":
        raise InputError(
            f"name is {json.dumps(name)}; allowed are up to 100 letters, digits, hyphens and underscores, with dots "
            "and spaces between them, but not batch.json."
        )
    return name


def _duplicate_outputs(jobs: list[BatchJob]) -> Iterator[str]:
    """An error for each job that would write where an earlier one does."""
    taken = Counter[str]()
    for job in jobs:
        bundle = job.command.bundle
        outputs = {f"the name {job.name}": job.name.casefold(), f"the bundle {bundle}": str(bundle)}
        for what, output in outputs.items():
            if taken[output] and output != "None":
                yield f"line {job.line}: {what} is already used by an earlier line. Choose another one."
            taken[output] += 1
