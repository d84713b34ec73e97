"""A take-home zip opened again: its clips, what was found in them, its settings and its result."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from motionfollower.bundle import unpack_bundle
from motionfollower.case import read_prepared
from motionfollower.metadata import load_run
from motionfollower.results import ResultFiles
from preprocess.write_video import write_video
from ui.checked import Checked
from ui.choices import Choices
from ui.kept import Homes, Kept


@dataclass(frozen=True)
class Opened:
    """What a bundle held; `kept` is its result, where there is one in it."""

    source: Path
    target: Path
    choices: Choices
    checked: Checked
    kept: Kept | None


def open_bundle(bundle: Path, choices: Choices, homes: Homes, session: str) -> Opened:
    """Unpack a bundle into the session's home; InputError where it isn't one. What it doesn't say stays as chosen."""
    with homes.moving(session) as folder:
        home = folder / "result"
        home.mkdir()
        unpack_bundle(bundle, home)
        prepared = read_prepared(home)
        clips = folder / "source.mp4", folder / "target.mp4"
        for path, clip in zip(clips, (prepared.inputs.source, prepared.target), strict=True):
            write_video(path, clip.frames, clip.fps)
        files = ResultFiles(home)
        run = load_run(files.run) if files.run.is_file() and files.edited.is_file() else None
        choices = choices.as_in(run) if run else choices._replace(frames=len(prepared.inputs.source))
        checked = Checked.of(*clips, choices.prepare_settings(clips[0]), prepared)
        return Opened(*clips, choices, checked, Kept(home, checked, run) if run else None)
