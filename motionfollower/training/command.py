"""`python -m motionfollower train clips | run | masks | lengths`: arguments and printing."""

from __future__ import annotations

import argparse
import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from motionfollower.dancers.libraries import check_libraries
from motionfollower.errors import InputError, SettingsError
from motionfollower.events import counted
from motionfollower.length_training.command import add_command as add_lengths
from motionfollower.mask_training.command import add_command as add_masks
from motionfollower.progress import show

if TYPE_CHECKING:
    from motionfollower.training.recipe import Recipe

LIBRARIES = ("accelerate", "scipy", "matplotlib")
MOST_JOBS = 64


def add_commands(parser: argparse.ArgumentParser) -> None:
    """The four commands."""
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_clips(commands.add_parser("clips", help="make training clips from rendered shards and real clips, once"))
    _add_run(commands.add_parser("run", help="train on them, or go on; see docs/training.md"))
    add_masks(commands.add_parser("masks", help="train the network that foretells target masks"))
    add_lengths(commands.add_parser("lengths", help="train the network that reads how a body is built"))


def _add_clips(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "sources", type=Path, nargs="+", metavar="SOURCE", help="a folder of shards or videos, or one of them"
    )
    parser.add_argument("-o", dest="output", type=Path, required=True, metavar="SET", help="where the clips go")
    parser.add_argument("--size", type=int, default=136, metavar="N", help="pixels a side; default: %(default)s")
    parser.add_argument("--no-puppet", action="store_true", help="for models that don't look at one, as the full one")
    parser.add_argument("--jobs", type=int, default=min(2, os.cpu_count() or 1), metavar="J", help="processes at once")
    parser.set_defaults(run=_clips)


def _add_run(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("clips", type=Path, metavar="SET", help="what `train clips` has made")
    parser.add_argument("-o", dest="output", type=Path, required=True, metavar="RUN", help="the run's folder")
    parser.add_argument("--recipe", type=Path, required=True, metavar="FILE", help="one of assets/recipes, or your own")
    parser.add_argument(
        "--init", metavar="MODEL", help="a model's folder to begin with, or `full` for the released weights"
    )
    parser.add_argument("--config", type=Path, metavar="FILE", help="the model's config.json (default: that of --init)")
    parser.add_argument("--steps", type=int, metavar="N", help="instead of the recipe's")
    parser.add_argument("--held-out", type=int, default=16, metavar="N", help="the last N people; default: %(default)s")
    parser.add_argument("--check-every", type=int, default=500, metavar="N", help="steps; default: %(default)s")
    parser.add_argument("--save-every", type=int, default=100, metavar="N", help="steps; default: %(default)s")
    parser.set_defaults(run=_run)


def _clips(options: argparse.Namespace) -> None:
    check_libraries(LIBRARIES)
    from motionfollower.training.clip_set import ClipShape, fill_clip_set, find_sources

    if not 1 <= options.jobs <= MOST_JOBS:
        raise SettingsError.out_of_range("jobs", options.jobs, f"1 to {MOST_JOBS}")
    sources = find_sources(options.sources)
    shape = ClipShape(options.size, not options.no_puppet)
    refused = show(counted("sources", len(sources), fill_clip_set(options.output, sources, shape, options.jobs)))
    for reason in refused:
        print(f"note: {reason}")
    print(f"written to {options.output}")


def _run(options: argparse.Namespace) -> None:
    check_libraries(LIBRARIES)
    from motionfollower.training.clip_set import ClipSet
    from motionfollower.training.run import Order, train
    from motionfollower.weights.model import read_plan

    recipe = _recipe(options)
    check_every = _at_least_one("check every", options.check_every)
    save_every = _at_least_one("save every", options.save_every)
    if options.config is None and options.init is None:
        raise InputError("train run needs --config FILE, a model's config.json, or --init MODEL to begin with.")
    order = Order(
        plan=read_plan(str(options.config or options.init)),
        init=options.init,
        clips=ClipSet.open(options.clips, options.held_out),
        recipe=recipe,
        check_every=check_every,
        save_every=save_every,
    )
    show(counted("train", recipe.steps, train(options.output, order)))
    print(f"written to {options.output}: the model is in its folder `model`, the figures are in log.csv")


def _recipe(options: argparse.Namespace) -> Recipe:
    from motionfollower.training.recipe import Recipe

    try:
        recipe = Recipe.from_json(options.recipe.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{options.recipe} can't be read. Give a recipe, such as those in assets/recipes.") from error
    return recipe if options.steps is None else replace(recipe, steps=options.steps)


def _at_least_one(name: str, steps: int) -> int:
    if steps < 1:
        raise SettingsError.out_of_range(name, steps, "1 or more steps")
    return steps
