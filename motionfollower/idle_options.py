"""Options that have no effect beside others: they are refused, so that nobody takes a result for what it isn't."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable

from motionfollower.errors import InputError
from motionfollower.options import add_prepare_settings, add_result_settings, add_sampler_settings

AddOptions = Callable[[argparse.ArgumentParser], None]


def check_idle_options(options: argparse.Namespace) -> None:
    """InputError where `edit` was given what a run that is repeated, or a prepared case, has settled already."""
    if options.again:
        settled = {*given(options, add_prepare_settings), *given(options, add_result_settings)} - {"bundle"}
        sampling = set(given(options, add_sampler_settings))
        settled |= sampling & {"camera", "preset"} if options.redo else sampling
        settled |= {"backend"} if options.backend != "auto" else set()
        _refuse(settled, "--run, as a run is repeated with its own settings")
    if options.case:
        _refuse(set(given(options, add_prepare_settings)) - {"frames"}, "--case, as its pictures are prepared already")


def given(options: argparse.Namespace, add_options: AddOptions) -> Iterable[str]:
    """The names of those options that have another value than their default."""
    parser = argparse.ArgumentParser(add_help=False)
    add_options(parser)
    usual = vars(parser.parse_args([]))
    return [name for name, value in usual.items() if getattr(options, name) != value]


def _refuse(names: set[str], what: str) -> None:
    if names:
        words = ", ".join(sorted(name.replace("_", " ") for name in names))
        raise InputError(f"These options have no effect beside {what}: {words}. Leave them out.")
