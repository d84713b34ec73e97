"""What is asked of an edit from files to files."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from motionfollower.errors import SettingsError
from motionfollower.metadata import RunMetadata
from motionfollower.redo import Redo
from motionfollower.settings import Camera, PrepareSettings, SamplerSettings, SoundChoice


@dataclass(frozen=True)
class EditRequest:
    """One edit: two clips, or with `target` None a `source` folder in the released example layout, or its bundle.

    `camera` overrules the sampler's setting; "auto" looks at how the source's background moves. `lock` keeps the
    source's real pixels away from the person; without it the model's picture stays wherever the model looked.
    `sound` says whose sound the edit has. `redo` keeps an earlier result but for some frames. `repeats` is the run
    that this one does again, where it does.
    """

    source: Path
    target: Path | None
    prepare: PrepareSettings
    sampler: SamplerSettings
    camera: Camera = "auto"
    lock: bool = True
    sound: SoundChoice = "source"
    redo: Redo | None = None
    repeats: RunMetadata | None = None

    def __post_init__(self) -> None:
        if self.sound == "target" and self.target is None:
            raise SettingsError.out_of_range("sound", "target", "source or none with a prepared case, which has none")

    @classmethod
    def again(cls, run: RunMetadata) -> EditRequest:
        """The request of an earlier run; InputError where a clip is gone or has changed."""
        target = run.target.unchanged() if run.target else None
        camera: Camera = "on" if run.sampler.camera else "off"
        redo = Redo(run.redo.first, run.redo.last, run.redo.earlier.unchanged()) if run.redo else None
        return cls(
            run.source.unchanged(), target, run.prepare, run.sampler, camera, run.lock, run.sound, redo, repeats=run
        )

    def absolute(self) -> EditRequest:
        """The same for a process that works in another folder."""
        target = self.target and self.target.absolute()
        redo = self.redo and replace(self.redo, earlier=self.redo.earlier.absolute())
        return replace(self, source=self.source.absolute(), target=target, redo=redo)

    @property
    def known_travel(self) -> float | None:
        """How far the camera travels, where the run that this one repeats has measured it."""
        return self.repeats.camera_travel if self.repeats else None
