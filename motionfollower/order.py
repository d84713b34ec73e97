"""An edit as it is ordered by options: on which backend, what exactly, with a bundle or without."""

from __future__ import annotations

import argparse
from collections.abc import Generator
from dataclasses import dataclass, replace
from pathlib import Path

from motionfollower.backends import Backend, BackendName, choose_backend, usual_settings
from motionfollower.cluster import Cluster, joined
from motionfollower.errors import InputError
from motionfollower.job import run_bundle, run_edit, run_spread
from motionfollower.long.pair import is_long
from motionfollower.long.parts import USUAL
from motionfollower.metadata import RunMetadata, load_run
from motionfollower.options import is_on, prepare_settings, sampler_settings
from motionfollower.redo import Redo
from motionfollower.request import EditRequest
from motionfollower.types import Event


@dataclass(frozen=True)
class EditOrder:
    """A request, the `backend` that it is for, and the file of its `bundle`, None where there is to be none."""

    backend: BackendName
    request: EditRequest
    bundle: Path | None

    @classmethod
    def of(cls, options: argparse.Namespace) -> EditOrder:
        """What the options of `edit` ask for; InputError for settings out of their range, and for a changed clip."""
        prepare = prepare_settings(options)
        if options.again:
            earlier = load_run(options.again)
            return cls(earlier.backend, _again(options, earlier), options.bundle)
        backend = choose_backend(options.backend)
        source, target = (options.case, None) if options.case else (options.source, options.target)
        sampler = sampler_settings(options, usual_settings(backend))
        request = EditRequest(source, target, prepare, sampler, options.camera, is_on(options.lock), options.sound)
        return cls(backend, request, options.bundle)

    def absolute(self) -> EditOrder:
        """The same for a process that works in another folder."""
        return replace(self, request=self.request.absolute(), bundle=self.bundle and self.bundle.absolute())

    def run(self, backend: Backend, folder: Path) -> Generator[Event, None, RunMetadata]:
        """Do the edit on its backend, and write it to `folder`."""
        if self.bundle:
            return run_bundle(self.request, backend, folder, self.bundle)
        return run_edit(self.request, backend, folder)

    def has_parts(self) -> bool:
        """Whether it is done part by part, so that it can be spread. InputError where a clip can't be read."""
        return self.bundle is None and is_long(self.request)

    def run_spread(self, cluster: Cluster, folder: Path) -> Generator[Event, None, RunMetadata]:
        """Do an edit that has parts on a cluster, and write it to `folder`; see `run`."""
        return run_spread(self.request, self.backend, cluster, folder)

    def run_at(self, address: str, folder: Path) -> Generator[Event, None, RunMetadata]:
        """The same on the Ray cluster at an address. InputError for an edit that has no parts."""
        if not self.has_parts():
            raise InputError(
                f"--ray spreads the parts of a long edit: of two clips of more than {USUAL.longest} frames, without "
                "--bundle and --redo. This edit is done in one go: leave --ray out."
            )
        with joined(address) as cluster:
            return (yield from self.run_spread(cluster, folder))


def _again(options: argparse.Namespace, earlier: RunMetadata) -> EditRequest:
    request = EditRequest.again(earlier)
    if not options.redo:
        return request
    first, last = options.redo
    redo = Redo(first, last, options.again.parent)
    return replace(request, sampler=sampler_settings(options, earlier.sampler), redo=redo, repeats=None)
