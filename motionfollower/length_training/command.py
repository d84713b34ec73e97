"""`python -m motionfollower train lengths`: arguments and printing."""

from __future__ import annotations

import argparse
from pathlib import Path

from motionfollower.errors import InputError, SettingsError
from motionfollower.events import counted
from motionfollower.progress import show
from preprocess.atomic import make_folder

HELD_BACK = 40  # shards, the last ones, that the network is judged by
MOST_BODIES, MOST_STEPS, MOST_JOBS = 100_000, 10**6, 64
SAMPLES, STATE = "samples", "training.pt"


def add_command(parser: argparse.ArgumentParser) -> None:
    """The options of `train lengths`."""
    parser.add_argument("set", type=Path, metavar="SET", help="a training set of `dancers dataset`, to be looked at")
    parser.add_argument("-o", dest="output", type=Path, required=True, metavar="DIR", help="where the network goes")
    parser.add_argument("--bodies", type=int, default=2600, metavar="N", help="more, unseen; default: %(default)s")
    parser.add_argument("--steps", type=int, default=12000, metavar="N", help="default: %(default)s")
    parser.add_argument("--jobs", type=int, default=2, metavar="J", help="processes at once; default: %(default)s")
    parser.set_defaults(run=_train)


def _train(options: argparse.Namespace) -> None:
    """Train, or go on with what DIR holds, and say how good the network is."""
    from motionfollower.length_training.batch import LengthSet
    from motionfollower.length_training.collect import body_path, collect, seen_path
    from motionfollower.length_training.fit import error, start_fitting
    from motionfollower.small_training import Recipe
    from motionfollower.weights.length_net import save_length_net

    for name, most in (("bodies", MOST_BODIES), ("steps", MOST_STEPS), ("jobs", MOST_JOBS)):
        if not 1 <= getattr(options, name) <= most:
            raise SettingsError.out_of_range(name, getattr(options, name), f"1 to {most}")
    shards = sorted(options.set.glob("*.npz"))
    if len(shards) <= HELD_BACK:
        raise InputError(f"{options.set} has {len(shards)} shards; more than {HELD_BACK} are needed. Render more.")
    make_folder(options.output)
    samples, seeds = options.output / SAMPLES, range(options.bodies)
    work = collect(samples, seeds, shards, options.jobs)
    show(counted("characters", len(seeds) + len(shards), work))
    bodies = LengthSet.read([body_path(samples, seed) for seed in seeds])
    seen, judged_by = (
        LengthSet.read([seen_path(samples, shard) for shard in part])
        for part in (shards[:-HELD_BACK], shards[-HELD_BACK:])
    )
    fitting, state = start_fitting(bodies, seen, Recipe(options.steps, batch=96)), options.output / STATE
    if state.exists():
        fitting.resume(state)
    show(counted("steps", options.steps, fitting.run(state)))
    save_length_net(fitting.network, options.output)
    print(f"error of the stature in {len(judged_by)} held-out clips: {error(fitting.network, judged_by):.2%}")
    print(f"written to {options.output}")
