"""An edit as it is ordered by options: on which backend, what exactly, with a bundle or without."""

from __future__ import annotations

import argparse
from collections.abc import Generator
from dataclasses import dataclass, replace
from pathlib import Path

from motionfollower.backends import Backend, BackendName, choose_backend, usual_settings
from motionfollower.job import run_bundle, run_edit
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

    def run(self, backend: Backend, folder: Path) -> Generator[Event, None, RunMetadata]:
        """Do the edit on its backend, and write it to `folder`."""
        if self.bundle:
            return run_bundle(self.request, backend, folder, self.bundle)
        return run_edit(self.request, backend, folder)


def _again(options: argparse.Namespace, earlier: RunMetadata) -> EditRequest:
    request = EditRequest.again(earlier)
    if not options.redo:
        return request
    first, last = options.redo
    redo = Redo(first, last, options.again.parent)
    return replace(request, sampler=sampler_settings(options, earlier.sampler), redo=redo, repeats=None)
