"""Prepare and edit two clips: events, cancellation, and clips of more frames than a context window."""

import gc
import weakref
from collections.abc import Generator
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
import torch

from motionfollower.core.config import PrepareSettings, SamplerSettings
from motionfollower.core.errors import SettingsError
from motionfollower.core.events import Cancelled, Event, Preview, Progress, Stage, StageStarted, events_of
from motionfollower.core.types import EditedClip, EditInputs, Prepared
from motionfollower.pipeline.backends import Backend
from motionfollower.pipeline.checks import propose_camera_mode
from motionfollower.pipeline.edit import edit
from motionfollower.pipeline.prepare import prepare, realign
from motionfollower.sampling.context_windows import context_windows
from preprocess.types import Clip, Floats, MaskSequence, PoseSequence
from preprocess.video.read import read_clip
from tests.jobs import CancelAfter, stages
from tests.preprocess.clips import EXAMPLES
from tests.sampling.tiny import tiny_networks

MIA, LEO = EXAMPLES / "source-mia-room.mp4", EXAMPLES / "target-leo-dance-b.mp4"
SMALL = PrepareSettings(frames=2, size=(64, 64))


@pytest.fixture(scope="module")
def preparing(backend: Backend) -> tuple[list[Event], Prepared]:
    events: list[Event] = []
    return events, prepare(MIA, LEO, SMALL, backend.preprocessors, events.append)


@pytest.fixture(scope="module")
def prepared(preparing: tuple[list[Event], Prepared]) -> Prepared:
    return preparing[1]


@pytest.fixture(scope="module")
def editing(prepared: Prepared, backend: Backend) -> tuple[list[Event], EditedClip]:
    events: list[Event] = []
    return events, edit(prepared.inputs, replace(backend.settings, steps=3), backend, events.append)


class TestEvents:
    def test_the_stages_of_a_preparation(self, preparing: tuple[list[Event], Prepared]) -> None:
        detection = ["source poses", "source masks", "target poses", "target masks"]
        assert stages(preparing[0]) == ["read", *detection, "align"]

    def test_the_stages_of_an_edit(self, editing: tuple[list[Event], EditedClip]) -> None:
        assert stages(editing[0]) == ["background", "puppet", "sampling", "decode"]

    @pytest.mark.parametrize("job", ["preparing", "editing"])
    def test_progress_counts_up_to_the_total(self, job: str, request: pytest.FixtureRequest) -> None:
        events = request.getfixturevalue(job)[0]
        for stage in (event for event in events if isinstance(event, StageStarted) and event.total):
            done = [event for event in events if isinstance(event, Progress) and event.stage == stage.stage]
            assert [progress.done for progress in done] == list(range(1, stage.total + 1))

    def test_previews_show_a_draft_the_puppet_and_every_second_step(
        self, editing: tuple[list[Event], EditedClip], prepared: Prepared
    ) -> None:
        previews = [event for event in editing[0] if isinstance(event, Preview)]
        assert [preview.step for preview in previews] == [0, 0, 1, 3]  # the draft frame, the puppet, the steps
        assert all(preview.frame.shape == prepared.inputs.source.frames.shape[1:] for preview in previews)
        assert not np.array_equal(previews[1].frame, previews[2].frame)

    def test_an_edited_clip_has_the_shape_of_the_source_and_its_settings(
        self, editing: tuple[list[Event], EditedClip], prepared: Prepared
    ) -> None:
        _, result = editing
        assert result.edited.frames.shape == prepared.inputs.source.frames.shape
        assert result.edited.fps == prepared.inputs.source.fps
        assert result.settings.steps == 3


class TestCancelling:
    @pytest.mark.parametrize("count", [0, 1, 4])
    def test_a_preparation_is_cancelled_by_its_report(self, count: int, backend: Backend) -> None:
        with pytest.raises(Cancelled):
            prepare(MIA, LEO, SMALL, backend.preprocessors, CancelAfter(count))

    def test_a_preparation_is_cancelled_by_closing_its_events(self, backend: Backend) -> None:
        job = events_of(lambda report: prepare(MIA, LEO, SMALL, backend.preprocessors, report))
        assert next(job) == StageStarted(Stage.READ)
        job.close()

    @pytest.mark.parametrize("count", [0, 2, 5, 8, 10])
    def test_a_cancelled_edit_frees_its_inputs(self, count: int, prepared: Prepared, backend: Backend) -> None:
        def cancel(inputs: EditInputs) -> None:
            with pytest.raises(Cancelled):
                edit(inputs, replace(backend.settings, steps=3), backend, CancelAfter(count))

        inputs = replace(prepared.inputs)
        reference = weakref.ref(inputs)
        cancel(inputs)
        del inputs
        gc.collect()
        assert reference() is None
        assert torch.is_grad_enabled()

    @pytest.mark.parametrize("count", [2, 9])
    def test_an_edit_whose_events_are_closed_frees_its_inputs(
        self, count: int, prepared: Prepared, backend: Backend
    ) -> None:
        def start(inputs: EditInputs) -> Generator[Event, None, EditedClip]:
            return events_of(lambda report: edit(inputs, replace(backend.settings, steps=3), backend, report))

        inputs = replace(prepared.inputs)
        reference = weakref.ref(inputs)
        job = start(inputs)
        for _ in range(count):
            next(job)
        job.close()
        del inputs, job
        gc.collect()
        assert reference() is None


def test_realigning_equals_preparing_with_other_settings(prepared: Prepared, backend: Backend) -> None:
    settings = replace(SMALL, align="bones", scale=1.1, shift=(3.0, -2.0))
    fresh = prepare(MIA, LEO, settings, backend.preprocessors)
    again = realign(prepared, settings, backend.preprocessors)
    assert np.array_equal(again.inputs.aligned_poses.keypoints, fresh.inputs.aligned_poses.keypoints)
    assert np.array_equal(again.inputs.target_masks.masks, fresh.inputs.target_masks.masks)
    assert (again.alignment, again.inputs.warnings) == (fresh.alignment, fresh.inputs.warnings)


@pytest.mark.parametrize(("step", "moves"), [(0, False), (1, False), (4, True)])
def test_camera_mode_is_proposed_where_the_camera_moves_far(step: int, moves: bool, prepared: Prepared) -> None:
    """A crop of 160 pixels that pans over an image, `step` pixels a frame: by 0, 22 or 90 of 512 in all."""
    (image,) = read_clip(MIA, max_frames=1).frames
    frames = np.stack([image[100:260, 100 + step * index : 260 + step * index] for index in range(8)])
    empty = MaskSequence(np.zeros(frames.shape[:3], bool), "test")
    poses = repeated_poses(prepared.inputs.source_poses, len(frames), (160, 160))
    assert propose_camera_mode(EditInputs(Clip(frames, 8), poses, poses, empty, empty)).is_on == moves


def test_networks_without_a_puppet_start_from_pure_noise(prepared: Prepared, backend: Backend) -> None:
    other = replace(backend, networks=tiny_networks())
    with pytest.raises(SettingsError, match=r"strength is 0\.5; allowed is 1 with the embedded backend"):
        edit(prepared.inputs, SamplerSettings(strength=0.5), other)


FRAMES = 40


def repeated_poses(poses: PoseSequence, frames: int, size: tuple[int, int] | None = None) -> PoseSequence:
    """The first frame's poses, `frames` times."""
    one = np.zeros(frames, int)
    return PoseSequence(poses.keypoints[one], poses.scores[one], size or poses.size)


@pytest.fixture(scope="module")
def still(prepared: Prepared) -> EditInputs:
    """A clip that repeats one frame: its edited frames differ by their noise and by their context windows."""
    inputs, first = prepared.inputs, np.zeros(FRAMES, int)
    return EditInputs(
        source=Clip(inputs.source.frames[first], 8),
        source_poses=repeated_poses(inputs.source_poses, FRAMES),
        aligned_poses=repeated_poses(inputs.aligned_poses, FRAMES),
        source_masks=MaskSequence(inputs.source_masks.masks[first], "test"),
        target_masks=MaskSequence(inputs.target_masks.masks[first], "test"),
    )


def rms_changes(frames: Floats) -> Floats:
    """The root mean square change from each frame to the next, in grey levels, f32 [F - 1]."""
    return np.asarray(np.sqrt(np.square(np.diff(frames, axis=0)).mean(axis=(1, 2, 3))))


def test_frames_change_no_more_at_window_seams_than_elsewhere(still: EditInputs, backend: Backend) -> None:
    """Seed 42; twice the default noise, so that frames differ."""
    settings = replace(backend.settings, strength=0.4)
    result = edit(still, settings, backend)
    change = rms_changes(result.edited.frames.astype(np.float32))
    is_seam = np.zeros(FRAMES - 1, bool)
    for before, after in pairwise(context_windows(FRAMES, settings.window, settings.overlap, 0)):
        is_seam[after.start - 1 : before.stop] = True
    assert change[~is_seam].min() > 0
    assert change[is_seam].mean() < 1.1 * change[~is_seam].mean()
