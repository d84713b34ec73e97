"""`python -m motionfollower train masks`: arguments and printing."""

from __future__ import annotations

import argparse
from pathlib import Path

from motionfollower.errors import InputError
from motionfollower.events import counted
from motionfollower.progress import show
from preprocess.atomic import make_folder

HELD_BACK = 40  # shards, the last ones, that the network is judged by
FEWEST = 2 + HELD_BACK


def add_command(parser: argparse.ArgumentParser) -> None:
    """The options of `train masks`."""
    parser.add_argument("set", type=Path, metavar="SET", help="a training set of `dancers dataset`")
    parser.add_argument("-o", dest="output", type=Path, required=True, metavar="DIR", help="where the network goes")
    parser.add_argument("--shards", type=int, default=300, metavar="N", help="characters at most; default: %(default)s")
    parser.add_argument("--steps", type=int, default=4000, metavar="N", help="default: %(default)s")
    parser.set_defaults(run=_train)


def _train(options: argparse.Namespace) -> None:
    """Train, or go on with what DIR holds, and say how good the network is."""
    from motionfollower.mask_training.fit import fresh_network, overlap, start_fitting
    from motionfollower.mask_training.samples import collect
    from motionfollower.small_training import Recipe
    from motionfollower.weights.target_mask import save_mask_net

    shards = sorted(options.set.glob("*.npz"))
    if len(shards) < FEWEST:
        raise InputError(
            f"{options.set} has {len(shards)} shards; at least {FEWEST} are needed. Render more characters."
        )
    chosen, held_back = shards[:-HELD_BACK][: options.shards], shards[-HELD_BACK:]
    make_folder(options.output)
    judged_by = show(counted("held-out shards", len(held_back), collect(held_back, seed=1)))
    samples = show(counted("shards", len(chosen), collect(chosen, seed=0)))
    fitting, state = start_fitting(samples, Recipe(steps=options.steps)), options.output / "training.pt"
    if state.exists():
        fitting.resume(state)
    show(counted("steps", options.steps, fitting.run(state)))
    save_mask_net(fitting.network, options.output)
    before, after = (overlap(network.eval(), judged_by) for network in (fresh_network(), fitting.network))
    print(f"IoU on {len(judged_by)} held-out frames: {after:.3f}, by the evidence alone {before:.3f}")
    print(f"written to {options.output}")
