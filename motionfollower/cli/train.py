"""`python -m motionfollower train clips | run | masks | lengths`: arguments and printing."""

from __future__ import annotations

import argparse
import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from motionfollower.core.errors import InputError, SettingsError
from motionfollower.core.events import begin_stage
from motionfollower.core.progress import progress_display
from motionfollower.research.synthetic.requirements import check_requirements
from preprocess.video.atomic import make_folder

if TYPE_CHECKING:
    from motionfollower.research.training.config import TrainConfig

LIBRARIES = ("accelerate", "scipy", "matplotlib")
MAX_JOBS = 64
MAX_BODIES, MAX_STEPS = 100_000, 10**6
HELD_OUT = 40  # shards, the last ones, on which a small network is evaluated
SAMPLES, STATE = "samples", "training.pt"


def add_commands(parser: argparse.ArgumentParser) -> None:
    """Add the four commands."""
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_clips(commands.add_parser("clips", help="make training clips from rendered shards and real videos, once"))
    _add_run(commands.add_parser("run", help="train a model on clips (resumable); see docs/training.md"))
    _add_masks(commands.add_parser("masks", help="train the target-mask predictor (resumable)"))
    _add_bone_lengths(commands.add_parser("lengths", help="train the bone-length estimator (resumable)"))


def _add_clips(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "sources", type=Path, nargs="+", metavar="SOURCE", help="a shard, a video, or a folder of shards or videos"
    )
    parser.add_argument("-o", dest="output", type=Path, required=True, metavar="SET", help="the clips' folder")
    parser.add_argument("--size", type=int, default=136, metavar="N", help="pixels a side; default: %(default)s")
    parser.add_argument("--no-puppet", action="store_true", help="for models without a puppet input, as the full one")
    parser.add_argument("--jobs", type=int, default=min(2, os.cpu_count() or 1), metavar="J", help="parallel processes")
    parser.set_defaults(run=_make_clips)


def _add_run(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("clips", type=Path, metavar="SET", help="a folder of clips that `train clips` made")
    parser.add_argument("-o", dest="output", type=Path, required=True, metavar="RUN", help="the run's folder")
    parser.add_argument("--recipe", type=Path, required=True, metavar="FILE", help="one of assets/recipes, or your own")
    parser.add_argument("--init", metavar="MODEL", help="initial weights: a model's folder, or `full` for the released")
    parser.add_argument("--config", type=Path, metavar="FILE", help="the model's config.json (default: that of --init)")
    parser.add_argument("--steps", type=int, metavar="N", help="optimiser steps instead of the recipe's")
    parser.add_argument(
        "--held-out", type=int, default=16, metavar="N", help="people or videos held out; default: %(default)s"
    )
    parser.add_argument(
        "--check-every", type=int, default=500, metavar="N", help="steps per validation; default: %(default)s"
    )
    parser.add_argument(
        "--save-every", type=int, default=100, metavar="N", help="steps per checkpoint; default: %(default)s"
    )
    parser.set_defaults(run=_train_model)


def _add_masks(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("set", type=Path, metavar="SET", help="a folder of shards that `dancers dataset` made")
    parser.add_argument("-o", dest="output", type=Path, required=True, metavar="DIR", help="the network's folder")
    parser.add_argument(
        "--shards", type=int, default=300, metavar="N", help="the most to train on; default: %(default)s"
    )
    parser.add_argument("--steps", type=int, default=4000, metavar="N", help="optimiser steps; default: %(default)s")
    parser.set_defaults(run=_train_masks)


def _add_bone_lengths(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("set", type=Path, metavar="SET", help="a folder of shards that `dancers dataset` made")
    parser.add_argument("-o", dest="output", type=Path, required=True, metavar="DIR", help="the network's folder")
    parser.add_argument(
        "--bodies", type=int, default=2600, metavar="N", help="additional bodies, not rendered; default: %(default)s"
    )
    parser.add_argument("--steps", type=int, default=12000, metavar="N", help="optimiser steps; default: %(default)s")
    parser.add_argument("--jobs", type=int, default=2, metavar="J", help="parallel processes; default: %(default)s")
    parser.set_defaults(run=_train_bone_lengths)


def _make_clips(options: argparse.Namespace) -> None:
    check_requirements(LIBRARIES)
    from motionfollower.research.training.data.dataset import ClipShape, fill_clip_set, find_sources

    if not 1 <= options.jobs <= MAX_JOBS:
        raise SettingsError.out_of_range("jobs", options.jobs, f"1 to {MAX_JOBS}")
    sources = find_sources(options.sources)
    shape = ClipShape(options.size, not options.no_puppet)
    with progress_display() as report:
        on_progress = begin_stage(report, "sources", len(sources))
        skipped = fill_clip_set(options.output, sources, shape, options.jobs, on_progress)
    for reason in skipped:
        print(f"note: {reason}")
    print(f"written to {options.output}")


def _train_model(options: argparse.Namespace) -> None:
    check_requirements(LIBRARIES)
    from motionfollower.models.weights.model_dir import read_model_config
    from motionfollower.research.training.data.dataset import ClipSet
    from motionfollower.research.training.train import TrainJob, train

    config = _read_recipe(options)
    validate_every = _at_least_one("check every", options.check_every)
    save_every = _at_least_one("save every", options.save_every)
    if options.config is None and options.init is None:
        raise InputError("train run needs --config FILE, a model's config.json, or --init MODEL, its initial weights.")
    job = TrainJob(
        model_config=read_model_config(str(options.config or options.init)),
        init=options.init,
        clips=ClipSet.open(options.clips, options.held_out),
        config=config,
        validate_every=validate_every,
        save_every=save_every,
    )
    with progress_display() as report:
        train(options.output, job, begin_stage(report, "train", config.steps))
    print(f"written to {options.output}: the model is in its folder `model`, the metrics are in log.csv")


def _read_recipe(options: argparse.Namespace) -> TrainConfig:
    from motionfollower.research.training.config import TrainConfig

    try:
        config = TrainConfig.from_json(options.recipe.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{options.recipe} can't be read. Give a recipe, such as those in assets/recipes.") from error
    return config if options.steps is None else replace(config, steps=options.steps)


def _at_least_one(name: str, steps: int) -> int:
    if steps < 1:
        raise SettingsError.out_of_range(name, steps, "1 or more steps")
    return steps


def _train_masks(options: argparse.Namespace) -> None:
    """Train or resume the target-mask network, and print its IoU on held-out shards."""
    from motionfollower.models.weights.small_nets import save_mask_net
    from motionfollower.research.training.small_net import SmallNetConfig
    from motionfollower.research.training.target_mask.fit import make_trainer, mean_iou, untrained_network
    from motionfollower.research.training.target_mask.samples import collect

    shards = _find_shards(options.set, least=HELD_OUT + 2)
    chosen, held_out = shards[:-HELD_OUT][: options.shards], shards[-HELD_OUT:]
    make_folder(options.output)
    with progress_display() as report:
        evaluation = collect(held_out, 1, begin_stage(report, "held-out shards", len(held_out)))
        samples = collect(chosen, 0, begin_stage(report, "shards", len(chosen)))
        trainer, state = make_trainer(samples, SmallNetConfig(options.steps)), options.output / STATE
        if state.exists():
            trainer.resume(state)
        trainer.run(state, begin_stage(report, "steps", options.steps))
    save_mask_net(trainer.network, options.output)
    before, after = (mean_iou(network.eval(), evaluation) for network in (untrained_network(), trainer.network))
    print(f"IoU on {len(evaluation)} held-out frames: {after:.3f}, of the geometric estimate {before:.3f}")
    print(f"written to {options.output}")


def _train_bone_lengths(options: argparse.Namespace) -> None:
    """Train or resume the bone-length network, and print its error on held-out shards."""
    from motionfollower.models.weights.small_nets import save_bone_length_net
    from motionfollower.research.training.bone_length.batch import BoneLengthDataset
    from motionfollower.research.training.bone_length.collect import body_path, collect, estimated_path
    from motionfollower.research.training.bone_length.fit import make_trainer, stature_error
    from motionfollower.research.training.small_net import SmallNetConfig

    for name, most in (("bodies", MAX_BODIES), ("steps", MAX_STEPS), ("jobs", MAX_JOBS)):
        if not 1 <= getattr(options, name) <= most:
            raise SettingsError.out_of_range(name, getattr(options, name), f"1 to {most}")
    shards = _find_shards(options.set, least=HELD_OUT + 1)
    make_folder(options.output)
    samples, seeds = options.output / SAMPLES, range(options.bodies)
    with progress_display() as report:
        on_progress = begin_stage(report, "characters", len(seeds) + len(shards))
        collect(samples, seeds, shards, options.jobs, on_progress)
        projected = BoneLengthDataset.read([body_path(samples, seed) for seed in seeds])
        estimated, evaluation = (
            BoneLengthDataset.read([estimated_path(samples, shard) for shard in part])
            for part in (shards[:-HELD_OUT], shards[-HELD_OUT:])
        )
        config, state = SmallNetConfig(options.steps, batch=96), options.output / STATE
        trainer = make_trainer(projected, estimated, config)
        if state.exists():
            trainer.resume(state)
        trainer.run(state, begin_stage(report, "steps", options.steps))
    save_bone_length_net(trainer.network, options.output)
    error = stature_error(trainer.network, evaluation)
    print(f"error of the stature in {len(evaluation)} held-out clips: {error:.2%}")
    print(f"written to {options.output}")


def _find_shards(folder: Path, least: int) -> list[Path]:
    """The shards of a folder, sorted; InputError where there are fewer than `least`."""
    shards = sorted(folder.glob("*.npz"))
    if len(shards) < least:
        raise InputError(f"{folder} has {len(shards)} shards; at least {least} are needed. Render more characters.")
    return shards
