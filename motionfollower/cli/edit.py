"""The `edit` command: its options, the `EditConfig` made from them, and running it here or on a Ray cluster.

Libraries that take long to import are imported by the methods that need them, so that the parser is built at once.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from motionfollower.cli.options import (
    add_prepare_settings,
    add_result_settings,
    add_sampler_settings,
    frame_range,
    is_on,
    prepare_settings,
    sampler_settings,
)
from motionfollower.core.config import BackendName, EditConfig, Redo
from motionfollower.core.errors import InputError
from motionfollower.core.events import Report, ignore_events

if TYPE_CHECKING:
    from motionfollower.io.run_record import RunMetadata
    from motionfollower.pipeline.backends import Backend
    from motionfollower.pipeline.ray_cluster import RayCluster


def add_edit_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of an edit, except for the output directory, which a batch chooses itself."""
    parser.add_argument("source", type=Path, nargs="?", metavar="SOURCE", help="clip to edit: a video or image folder")
    parser.add_argument("target", type=Path, nargs="?", metavar="TARGET", help="clip with the motion to follow")
    parser.add_argument("--case", type=Path, metavar="DIR", help="prepared images or bundle, instead of two clips")
    parser.add_argument("--run", dest="run_json", type=Path, metavar="run.json", help="repeat a recorded run")
    parser.add_argument("--redo", type=frame_range, metavar="A-B", help="with --run: regenerate frames A to B only")
    parser.add_argument(
        "--backend", choices=("auto", "embedded", "full"), default="auto", help="model (default: %(default)s)"
    )
    add_prepare_settings(parser)
    add_sampler_settings(parser)
    add_result_settings(parser)


@dataclass(frozen=True)
class EditCommand:
    """An edit as the options describe it: its config, the name of its backend, and the bundle to write, if any."""

    backend: BackendName
    config: EditConfig
    bundle: Path | None

    @classmethod
    def from_options(cls, options: argparse.Namespace) -> EditCommand:
        """Build the command.

        InputError where options contradict each other, a value is out of range, or with `--run` a file has changed.
        """
        _check_options(options)
        from motionfollower.io.run_record import load_run_record
        from motionfollower.pipeline.backends import backend_info, choose_backend

        if options.run_json:
            earlier = load_run_record(options.run_json)
            return cls(earlier.backend, _repeat_config(options, earlier), options.bundle)
        backend = choose_backend(options.backend)
        source, target = (options.case, None) if options.case else (options.source, options.target)
        config = EditConfig(
            source,
            target,
            prepare_settings(options),
            sampler_settings(options, backend_info(backend).settings),
            options.camera,
            is_on(options.lock),
            options.sound,
        )
        return cls(backend, config, options.bundle)

    def absolute(self) -> EditCommand:
        """The same command with absolute paths, for a process with another working directory."""
        return replace(self, config=self.config.absolute(), bundle=self.bundle and self.bundle.absolute())

    def run(self, backend: Backend, folder: Path, report: Report = ignore_events) -> RunMetadata:
        """Run the edit in this process and write the result to `folder`."""
        from motionfollower.pipeline.run import run_bundle, run_edit

        if self.bundle:
            return run_bundle(self.config, backend, folder, self.bundle, report)
        return run_edit(self.config, backend, folder, report)

    def has_chunks(self) -> bool:
        """Whether the edit is processed in chunks, which a cluster can share. InputError for an unreadable clip."""
        from motionfollower.pipeline.chunks.opening import has_chunks

        return self.bundle is None and has_chunks(self.config)

    def run_on_ray(self, address: str, folder: Path, report: Report = ignore_events) -> RunMetadata:
        """Connect to a Ray cluster and run the chunks there. InputError for an edit without chunks."""
        from motionfollower.pipeline.chunks.chunking import DEFAULT_CHUNKING
        from motionfollower.pipeline.ray_cluster import connect

        if not self.has_chunks():
            raise InputError(
                f"--ray needs an edit with several chunks: two clips of more than {DEFAULT_CHUNKING.longest} frames, "
                "without --bundle and --redo. Remove --ray."
            )
        with connect(address) as cluster:
            return self.run_chunks(cluster, folder, report)

    def run_chunks(self, cluster: RayCluster, folder: Path, report: Report = ignore_events) -> RunMetadata:
        """Run the chunks of an edit on a connected cluster and write the result to `folder`."""
        from motionfollower.pipeline.run import run_edit_on_ray

        return run_edit_on_ray(self.config, self.backend, cluster, folder, report)


def _repeat_config(options: argparse.Namespace, earlier: RunMetadata) -> EditConfig:
    """The config of an earlier run, or with `--redo` of a run that regenerates some of its frames."""
    from motionfollower.io.run_record import config_of

    config = config_of(earlier)
    if not options.redo:
        return config
    first, last = options.redo
    redo = Redo(first, last, options.run_json.parent)
    return replace(config, sampler=sampler_settings(options, earlier.sampler), redo=redo, repeated=None)


def _check_options(options: argparse.Namespace) -> None:
    """InputError unless the input is given in exactly one way and every option has an effect."""
    inputs = [bool(options.source or options.target), bool(options.case), bool(options.run_json)]
    if sum(inputs) != 1 or (options.source and not options.target):
        raise InputError("edit needs either SOURCE and TARGET, or --case DIR, or --run run.json.")
    if options.redo and not options.run_json:
        raise InputError("--redo needs --run run.json, the run to regenerate frames of.")
    prepare = _changed_options(options, add_prepare_settings)
    if options.case:
        _refuse_options(prepare - {"frames"}, "--case, whose images are already prepared")
    if options.run_json:
        sampling = _changed_options(options, add_sampler_settings)
        backend = {"backend"} if options.backend != "auto" else set()
        result = _changed_options(options, add_result_settings) - {"bundle"}
        fixed = sampling & {"camera", "preset"} if options.redo else sampling
        _refuse_options(prepare | fixed | result | backend, "--run, which repeats a run with its own settings")


def _changed_options(options: argparse.Namespace, add_options: Callable[[argparse.ArgumentParser], None]) -> set[str]:
    """The names of those added options whose value is not the default."""
    parser = argparse.ArgumentParser(add_help=False)
    add_options(parser)
    return {name for name, default in vars(parser.parse_args([])).items() if getattr(options, name) != default}


def _refuse_options(names: set[str], cause: str) -> None:
    if names:
        listed = ", ".join(sorted(name.replace("_", " ") for name in names))
        raise InputError(f"These options have no effect with {cause}: {listed}. Remove them.")
