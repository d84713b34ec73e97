"""Batches: drawn by seed and step alone, and faithful to the clips."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from motionfollower.core.errors import InputError
from motionfollower.research.training.config import TrainConfig
from motionfollower.research.training.data.batch import draw_batch
from motionfollower.research.training.data.clip import read_clip_file
from tests.research.training.tiny import SIZE, make_clip, write_set

CONFIG = TrainConfig(batch=3, frames=4, colour=0.0, seed=5)


@pytest.fixture
def paths(tmp_path: Path) -> list[Path]:
    return sorted(write_set(tmp_path / "set", 3).glob("*.npy"))


def test_a_clip_survives_its_file(paths: list[Path]) -> None:
    read, written = read_clip_file(paths[1]), make_clip(1)
    assert (read.source == written.source).all()
    assert (read.truth == written.truth).all()
    assert (read.target_mask == written.target_mask).all()
    assert (read.source_mask == written.source_mask).all()
    assert (read.target_pose == written.target_pose).all()


def test_a_damaged_clip_is_named(paths: list[Path]) -> None:
    paths[0].write_bytes(paths[0].read_bytes()[:500])
    with pytest.raises(InputError, match=paths[0].name):
        read_clip_file(paths[0])


def test_a_batch_depends_on_seed_step_and_process(paths: list[Path]) -> None:
    first, again, other = (draw_batch(paths, CONFIG, 32, step) for step in (3, 3, 4))
    assert torch.equal(first.source, again.source)
    assert first.paths == again.paths
    assert not torch.equal(first.source, other.source)
    assert not torch.equal(first.source, draw_batch(paths, CONFIG, 32, 3, process=1).source)


def test_stage_images_draws_single_frames_and_stage_clips_several(paths: list[Path]) -> None:
    assert draw_batch(paths, CONFIG, 32, 0).truth.shape == (3, 3, 1, 32, 32)
    clips = replace(CONFIG, stage="clips", single_share=0.0)
    assert draw_batch(paths, clips, 32, 0).truth.shape == (3, 3, 4, 32, 32)


def test_a_repeated_source_is_its_own_ground_truth(paths: list[Path]) -> None:
    repeated = draw_batch(paths, replace(CONFIG, repeat_share=1.0), 32, 0)
    assert torch.equal(repeated.truth, repeated.source)
    edited = draw_batch(paths, replace(CONFIG, repeat_share=0.0), 32, 0)
    assert not torch.equal(edited.truth, edited.source)


def test_recoloured_videos_stay_in_range(paths: list[Path]) -> None:
    batch = draw_batch(paths, replace(CONFIG, colour=0.9), 32, 0)
    for video in (batch.source, batch.puppet, batch.truth):
        assert video.min() >= -1
        assert video.max() <= 1
    assert batch.pose.min() >= 0
    assert batch.pose.max() <= 1


def test_the_person_covers_source_and_target_masks(paths: list[Path]) -> None:
    clip = make_clip(0)
    batch = draw_batch(paths[:1], replace(CONFIG, batch=1), SIZE, 0)
    both = torch.from_numpy(clip.source_mask[0] | clip.target_mask[0])
    assert (batch.person[0, 0, 0][both] == 1).all()
    assert batch.person.mean() < 1


def test_a_size_larger_than_the_clips_is_refused(paths: list[Path]) -> None:
    with pytest.raises(InputError, match="40 pixels"):
        draw_batch(paths, CONFIG, 48, 0)
