"""Samples for the bone-length network: bodies before cameras."""

from pathlib import Path

import numpy as np
import pytest

from motionfollower.research.synthetic.assets.types import Assets
from motionfollower.research.synthetic.export.dataset import DatasetConfig, read_shard, render_dataset, shard_path
from motionfollower.research.training.bone_length.batch import BoneLengthDataset
from motionfollower.research.training.bone_length.collect import collect
from motionfollower.research.training.bone_length.samples import CLIPS, FRAMES, samples_of_body
from preprocess.pose.skeleton import BODY


def test_bone_proportions_do_not_depend_on_the_camera(assets: Assets) -> None:
    arrays = samples_of_body(assets, 3)
    assert arrays["joints"].shape == (CLIPS, FRAMES, 18, 2)
    builds = arrays["lengths"] / arrays["lengths"][:, :1]
    assert builds == pytest.approx(np.repeat(builds[:1], CLIPS, axis=0), rel=1e-4)
    assert np.isfinite(arrays["drops"]).all()
    again = samples_of_body(assets, 3)
    assert all((arrays[name] == again[name]).all() for name in arrays)


def collected(folder: Path, shard: Path) -> list[int]:
    """Collect the samples of body 3 and a shard; the numbers of characters that are reported done."""
    done = list[int]()
    collect(folder, range(3, 4), [shard], 1, done.append)
    return done


def test_bodies_and_rendered_characters_are_collected_once(assets: Assets, tmp_path: Path) -> None:
    """The poses estimated from a rendered character are near its true joints."""
    render_dataset(tmp_path / "set", range(3, 4), DatasetConfig((192, 192), motions=2, frames=6), 1)
    shard = shard_path(tmp_path / "set", 3)
    assert collected(tmp_path / "samples", shard) == [1, 2]
    files = sorted((tmp_path / "samples").iterdir())
    assert [file.name for file in files] == ["body-000003.npz", "seen-000003.npz"]
    seen = BoneLengthDataset.read(files[1:])
    errors = np.linalg.norm(seen.joints - read_shard(shard)["joints"][:, :, BODY], axis=3) / seen.lengths[:, :1, None]
    assert np.median(errors[seen.seen]) < 0.08
    body = BoneLengthDataset.read(files[:1])
    builds = [clips.lengths[0] / clips.lengths[0, 0] for clips in (seen, body)]
    assert builds[0] == pytest.approx(builds[1], rel=1e-3)
    written = [file.stat().st_mtime_ns for file in files]
    assert collected(tmp_path / "samples", shard) == [2]
    assert [file.stat().st_mtime_ns for file in files] == written
