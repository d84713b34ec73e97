"""`python -m motionfollower train clips | run | masks | lengths`: arguments and printing."""

from __future__ import annotations

import argparse
import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from motionfollower.core.errors import InputError, SettingsError
from motionfollower.core.events import progress_events
from motionfollower.core.progress import run_with_progress
from motionfollower.research.synthetic.requirements import check_requirements
from preprocess.video.atomic import make_folder

if TYPE_CHECKING:
    from motionfollower.research.training.config import TrainConfig

LIBRARIES = ("accelerate", "scipy", "matplotlib")
MOST_JOBS = 64


def add_commands(parser: argparse.ArgumentParser) -> None:
    """The four commands."""
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_clips(commands.add_parser("clips", help="make training clips from rendered shards and real clips, once"))
    _add_run(commands.add_parser("run", help="train on them, or go on; see docs/training.md"))
    _add_masks(commands.add_parser("masks", help="train the network that foretells target masks"))
    _add_bone_lengths(commands.add_parser("lengths", help="train the network that reads how a body is built"))


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
    check_requirements(LIBRARIES)
    from motionfollower.research.training.data.dataset import ClipShape, fill_clip_set, find_sources

    if not 1 <= options.jobs <= MOST_JOBS:
        raise SettingsError.out_of_range("jobs", options.jobs, f"1 to {MOST_JOBS}")
    sources = find_sources(options.sources)
    shape = ClipShape(options.size, not options.no_puppet)
    refused = run_with_progress(
        progress_events("sources", len(sources), fill_clip_set(options.output, sources, shape, options.jobs))
    )
    for reason in refused:
        print(f"note: {reason}")
    print(f"written to {options.output}")


def _run(options: argparse.Namespace) -> None:
    check_requirements(LIBRARIES)
    from motionfollower.models.weights.model_dir import read_model_config
    from motionfollower.research.training.data.dataset import ClipSet
    from motionfollower.research.training.train import TrainJob, train

    recipe = _recipe(options)
    check_every = _at_least_one("check every", options.check_every)
    save_every = _at_least_one("save every", options.save_every)
    if options.config is None and options.init is None:
        raise InputError("train run needs --config FILE, a model's config.json, or --init MODEL to begin with.")
    order = TrainJob(
        plan=read_model_config(str(options.config or options.init)),
        init=options.init,
        clips=ClipSet.open(options.clips, options.held_out),
        recipe=recipe,
        check_every=check_every,
        save_every=save_every,
    )
    run_with_progress(progress_events("train", recipe.steps, train(options.output, order)))
    print(f"written to {options.output}: the model is in its folder `model`, the figures are in log.csv")


def _recipe(options: argparse.Namespace) -> TrainConfig:
    from motionfollower.research.training.config import TrainConfig

    try:
        recipe = TrainConfig.from_json(options.recipe.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{options.recipe} can't be read. Give a recipe, such as those in assets/recipes.") from error
    return recipe if options.steps is None else replace(recipe, steps=options.steps)


def _at_least_one(name: str, steps: int) -> int:
    if steps < 1:
        raise SettingsError.out_of_range(name, steps, "1 or more steps")
    return steps


HELD_BACK = 40  # shards, the last ones, that the network is judged by
FEWEST = 2 + HELD_BACK


def _add_masks(parser: argparse.ArgumentParser) -> None:
    """The options of `train masks`."""
    parser.add_argument("set", type=Path, metavar="SET", help="a training set of `dancers dataset`")
    parser.add_argument("-o", dest="output", type=Path, required=True, metavar="DIR", help="where the network goes")
    parser.add_argument("--shards", type=int, default=300, metavar="N", help="characters at most; default: %(default)s")
    parser.add_argument("--steps", type=int, default=4000, metavar="N", help="default: %(default)s")
    parser.set_defaults(run=_train_masks)


def _train_masks(options: argparse.Namespace) -> None:
    """Train, or go on with what DIR holds, and say how good the network is."""
    from motionfollower.models.weights.small_nets import save_mask_net
    from motionfollower.research.training.small_net import SmallNetConfig
    from motionfollower.research.training.target_mask.fit import fresh_network, make_trainer, overlap
    from motionfollower.research.training.target_mask.samples import collect

    shards = sorted(options.set.glob("*.npz"))
    if len(shards) < FEWEST:
        raise InputError(
            f"{options.set} has {len(shards)} shards; at least {FEWEST} are needed. Render more characters."
        )
    chosen, held_back = shards[:-HELD_BACK][: options.shards], shards[-HELD_BACK:]
    make_folder(options.output)
    judged_by = run_with_progress(progress_events("held-out shards", len(held_back), collect(held_back, seed=1)))
    samples = run_with_progress(progress_events("shards", len(chosen), collect(chosen, seed=0)))
    fitting, state = make_trainer(samples, SmallNetConfig(steps=options.steps)), options.output / "training.pt"
    if state.exists():
        fitting.resume(state)
    run_with_progress(progress_events("steps", options.steps, fitting.run(state)))
    save_mask_net(fitting.network, options.output)
    before, after = (overlap(network.eval(), judged_by) for network in (fresh_network(), fitting.network))
    print(f"IoU on {len(judged_by)} held-out frames: {after:.3f}, by the evidence alone {before:.3f}")
    print(f"written to {options.output}")


MOST_BODIES, MOST_STEPS, MOST_SAMPLE_JOBS = 100_000, 10**6, 64
SAMPLES, STATE = "samples", "training.pt"


def _add_bone_lengths(parser: argparse.ArgumentParser) -> None:
    """The options of `train lengths`."""
    parser.add_argument("set", type=Path, metavar="SET", help="a training set of `dancers dataset`, to be looked at")
    parser.add_argument("-o", dest="output", type=Path, required=True, metavar="DIR", help="where the network goes")
    parser.add_argument("--bodies", type=int, default=2600, metavar="N", help="more, unseen; default: %(default)s")
    parser.add_argument("--steps", type=int, default=12000, metavar="N", help="default: %(default)s")
    parser.add_argument("--jobs", type=int, default=2, metavar="J", help="processes at once; default: %(default)s")
    parser.set_defaults(run=_train_bone_lengths)


def _train_bone_lengths(options: argparse.Namespace) -> None:
    """Train, or go on with what DIR holds, and say how good the network is."""
    from motionfollower.models.weights.small_nets import save_bone_length_net
    from motionfollower.research.training.bone_length.batch import BoneLengthDataset
    from motionfollower.research.training.bone_length.collect import body_path, collect, seen_path
    from motionfollower.research.training.bone_length.fit import error, make_trainer
    from motionfollower.research.training.small_net import SmallNetConfig

    for name, most in (("bodies", MOST_BODIES), ("steps", MOST_STEPS), ("jobs", MOST_SAMPLE_JOBS)):
        if not 1 <= getattr(options, name) <= most:
            raise SettingsError.out_of_range(name, getattr(options, name), f"1 to {most}")
    shards = sorted(options.set.glob("*.npz"))
    if len(shards) <= HELD_BACK:
        raise InputError(f"{options.set} has {len(shards)} shards; more than {HELD_BACK} are needed. Render more.")
    make_folder(options.output)
    samples, seeds = options.output / SAMPLES, range(options.bodies)
    work = collect(samples, seeds, shards, options.jobs)
    run_with_progress(progress_events("characters", len(seeds) + len(shards), work))
    bodies = BoneLengthDataset.read([body_path(samples, seed) for seed in seeds])
    seen, judged_by = (
        BoneLengthDataset.read([seen_path(samples, shard) for shard in part])
        for part in (shards[:-HELD_BACK], shards[-HELD_BACK:])
    )
    fitting, state = make_trainer(bodies, seen, SmallNetConfig(options.steps, batch=96)), options.output / STATE
    if state.exists():
        fitting.resume(state)
    run_with_progress(progress_events("steps", options.steps, fitting.run(state)))
    save_bone_length_net(fitting.network, options.output)
    print(f"error of the stature in {len(judged_by)} held-out clips: {error(fitting.network, judged_by):.2%}")
    print(f"written to {options.output}")
