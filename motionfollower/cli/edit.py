"""An edit as it is ordered by options: on which backend, what exactly, with a bundle or without."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

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
from motionfollower.core.events import Event
from motionfollower.io.run_record import RunMetadata, config_of, load_run_record
from motionfollower.pipeline.backends import Backend, choose_backend, usual_settings
from motionfollower.pipeline.chunks.chunking import DEFAULT_CHUNKING
from motionfollower.pipeline.chunks.pair import is_chunked
from motionfollower.pipeline.ray_cluster import RayCluster, connect
from motionfollower.pipeline.run import run_bundle, run_edit, run_edit_on_cluster


@dataclass(frozen=True)
class EditCommand:
    """A request, the `backend` that it is for, and the file of its `bundle`, None where there is to be none."""

    backend: BackendName
    request: EditConfig
    bundle: Path | None

    @classmethod
    def of(cls, options: argparse.Namespace) -> EditCommand:
        """What the options of `edit` ask for; InputError for settings out of their range, and for a changed clip."""
        prepare = prepare_settings(options)
        if options.again:
            earlier = load_run_record(options.again)
            return cls(earlier.backend, _again(options, earlier), options.bundle)
        backend = choose_backend(options.backend)
        source, target = (options.case, None) if options.case else (options.source, options.target)
        sampler = sampler_settings(options, usual_settings(backend))
        request = EditConfig(source, target, prepare, sampler, options.camera, is_on(options.lock), options.sound)
        return cls(backend, request, options.bundle)

    def absolute(self) -> EditCommand:
        """The same for a process that works in another folder."""
        return replace(self, request=self.request.absolute(), bundle=self.bundle and self.bundle.absolute())

    def run(self, backend: Backend, folder: Path) -> Generator[Event, None, RunMetadata]:
        """Do the edit on its backend, and write it to `folder`."""
        if self.bundle:
            return run_bundle(self.request, backend, folder, self.bundle)
        return run_edit(self.request, backend, folder)

    def has_parts(self) -> bool:
        """Whether it is done part by part, so that it can be spread. InputError where a clip can't be read."""
        return self.bundle is None and is_chunked(self.request)

    def run_spread(self, cluster: RayCluster, folder: Path) -> Generator[Event, None, RunMetadata]:
        """Do an edit that has parts on a cluster, and write it to `folder`; see `run`."""
        return run_edit_on_cluster(self.request, self.backend, cluster, folder)

    def run_at(self, address: str, folder: Path) -> Generator[Event, None, RunMetadata]:
        """The same on the Ray cluster at an address. InputError for an edit that has no parts."""
        if not self.has_parts():
            raise InputError(
                f"--ray spreads the parts of a long edit: of two clips of more than {DEFAULT_CHUNKING.longest} frames, "
                "without --bundle and --redo. This edit is done in one go: leave --ray out."
            )
        with connect(address) as cluster:
            return (yield from self.run_spread(cluster, folder))


def _again(options: argparse.Namespace, earlier: RunMetadata) -> EditConfig:
    request = config_of(earlier)
    if not options.redo:
        return request
    first, last = options.redo
    redo = Redo(first, last, options.again.parent)
    return replace(request, sampler=sampler_settings(options, earlier.sampler), redo=redo, repeated=None)


def add_edit_options(parser: argparse.ArgumentParser) -> None:
    """What is edited, and how; where the result goes is for others to say."""
    parser.add_argument("source", type=Path, nargs="?", metavar="SOURCE", help="the clip: a video, or a folder")
    parser.add_argument("target", type=Path, nargs="?", metavar="TARGET", help="the clip whose motion is wanted")
    parser.add_argument("--case", type=Path, metavar="DIR", help="prepared pictures, or a bundle, instead of clips")
    parser.add_argument("--run", dest="again", type=Path, metavar="run.json", help="the same run again")
    parser.add_argument("--redo", type=frame_range, metavar="A-B", help="of that run, make frames A to B anew")
    parser.add_argument("--backend", choices=("auto", "embedded", "full"), default="auto", help="default: auto")
    add_prepare_settings(parser)
    add_sampler_settings(parser)
    add_result_settings(parser)


def check_edit_options(options: argparse.Namespace) -> None:
    """InputError unless there are two clips, or a case, or a run, and nothing beside that has no effect."""
    given = [bool(options.source or options.target), bool(options.case), bool(options.again)]
    if sum(given) != 1 or (options.source and not options.target):
        raise InputError("edit needs either SOURCE and TARGET, or --case DIR, or --run run.json.")
    if options.redo and not options.again:
        raise InputError("--redo needs --run run.json, the run whose frames are made anew.")
    check_unused_options(options)


AddOptions = Callable[[argparse.ArgumentParser], None]


def check_unused_options(options: argparse.Namespace) -> None:
    """InputError where `edit` was given what a run that is repeated, or a prepared case, has settled already."""
    if options.again:
        settled = {*changed_options(options, add_prepare_settings), *changed_options(options, add_result_settings)} - {
            "bundle"
        }
        sampling = set(changed_options(options, add_sampler_settings))
        settled |= sampling & {"camera", "preset"} if options.redo else sampling
        settled |= {"backend"} if options.backend != "auto" else set()
        _refuse_options(settled, "--run, as a run is repeated with its own settings")
    if options.case:
        _refuse_options(
            set(changed_options(options, add_prepare_settings)) - {"frames"},
            "--case, as its pictures are prepared already",
        )


def changed_options(options: argparse.Namespace, add_options: AddOptions) -> Iterable[str]:
    """The names of those options that have another value than their default."""
    parser = argparse.ArgumentParser(add_help=False)
    add_options(parser)
    usual = vars(parser.parse_args([]))
    return [name for name, value in usual.items() if getattr(options, name) != value]


def _refuse_options(names: set[str], what: str) -> None:
    if names:
        words = ", ".join(sorted(name.replace("_", " ") for name in names))
        raise InputError(f"These options have no effect beside {what}: {words}. Leave them out.")
