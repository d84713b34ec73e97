"""Rendered cases in the released layout, and training sets."""

from pathlib import Path

import numpy as np
import pytest

from motionfollower.cli.main import main
from motionfollower.core.errors import InputError, OutputError, SettingsError
from motionfollower.core.events import Cancelled
from motionfollower.io.case import read_case
from motionfollower.research.synthetic.assets.types import Assets
from motionfollower.research.synthetic.export.case import (
    CaseConfig,
    RenderedCase,
    count_folders,
    render_case,
    write_rendered_case,
)
from motionfollower.research.synthetic.export.dataset import (
    DatasetConfig,
    is_whole,
    read_shard,
    render_dataset,
    render_shard,
    shard_path,
)
from motionfollower.research.synthetic.requirements import RENDERING, check_requirements
from motionfollower.research.synthetic.seeds import HELD_OUT
from preprocess.video.read import read_clip

CONFIG = CaseConfig(seed=4, motion=5, target_motion=6, size=(64, 64), frames=2)
DATASET = DatasetConfig(size=(64, 64), motions=2, frames=2)


@pytest.fixture(scope="module")
def rendered(assets: Assets) -> RenderedCase:
    done: list[int] = []
    case = render_case(assets, CONFIG, done.append)
    assert done == list(range(1, CONFIG.total + 1))
    return case


@pytest.fixture(scope="module")
def folder(rendered: RenderedCase, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder, done = tmp_path_factory.mktemp("case") / "clip", list[int]()
    write_rendered_case(folder, rendered, done.append)
    assert done == list(range(1, 13)) == list(range(1, count_folders(rendered) + 1))
    return folder


def test_a_written_case_is_read_back_with_its_ground_truth(folder: Path, rendered: RenderedCase):
    case = read_case(folder)
    assert rendered.edit is not None
    np.testing.assert_array_equal(case.source.frames, rendered.source.frames)
    np.testing.assert_array_equal(case.target_masks.masks, rendered.edit.truth.masks.masks)
    np.testing.assert_allclose(case.aligned_poses.body, rendered.edit.truth.poses.body, atol=1e-3)
    np.testing.assert_array_equal(read_clip(folder / "truth" / "images").frames, rendered.edit.truth.frames)


def test_a_case_never_overwrites_files(folder: Path, rendered: RenderedCase):
    with pytest.raises(OutputError, match="isn't empty"):
        write_rendered_case(folder, rendered)


def test_a_case_is_written_completely_or_not_at_all(rendered: RenderedCase, tmp_path: Path):
    def cancel(done: int) -> None:
        if done == 3:
            raise Cancelled

    with pytest.raises(Cancelled):
        write_rendered_case(tmp_path / "clip", rendered, cancel)
    assert not list(tmp_path.iterdir())


def test_without_a_target_motion_only_the_source_is_written(assets: Assets, tmp_path: Path):
    case, done = render_case(assets, CaseConfig(seed=4, motion=5, size=(64, 64), frames=1)), list[int]()
    write_rendered_case(tmp_path / "clip", case, done.append)
    assert done == list(range(1, count_folders(case) + 1))
    assert {path.name for path in (tmp_path / "clip").iterdir()} == {"source_images", "source_poses", "source_masks"}


def test_the_target_shows_another_character_of_the_same_range_of_seeds(rendered: RenderedCase):
    assert rendered.edit is not None
    assert (rendered.edit.target.frames != rendered.edit.truth.frames).mean() > 0.5
    assert CaseConfig(HELD_OUT[5], HELD_OUT[6], HELD_OUT[7]).other_seed in HELD_OUT


@pytest.mark.parametrize(
    ("invalid", "message"),
    [
        ({"seed": -1}, "seed is -1"),
        ({"seed": 1, "size": (8, 64)}, "size is"),
        ({"seed": 1, "frames": 0}, "frames is 0"),
        ({"seed": 1, "fps": 0.0}, "fps is 0"),
    ],
)
def test_case_settings_out_of_range_are_rejected(invalid: dict, message: str):
    with pytest.raises(InputError, match=message):
        CaseConfig(**{"motion": 1, **invalid})


def test_shards_are_reproducible_and_annotated(assets: Assets, tmp_path: Path):
    for name in ("one", "two"):
        render_shard(tmp_path / name, 7, DATASET)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
    shard = read_shard(tmp_path / "one")
    assert shard["images"].shape == (2, 2, 64, 64, 3)
    assert shard["joints"].shape == (2, 2, 128, 2)
    assert (shard["alpha"] > 127).any(axis=(2, 3)).all()


def test_rendering_a_dataset_resumes_and_replaces_damaged_shards(assets: Assets, tmp_path: Path):
    folder = tmp_path / "set"
    seeds = range(7, 9)
    render_shard_into(folder, 7)
    written = shard_path(folder, 7).stat().st_mtime_ns
    shard_path(folder, 8).write_bytes(shard_path(folder, 7).read_bytes()[:5000])
    with pytest.raises(InputError, match="damaged"):
        read_shard(shard_path(folder, 8))
    done: list[int] = []
    render_dataset(folder, seeds, DATASET, jobs=1, on_progress=done.append)
    assert done == [1, 2]
    assert all(is_whole(shard_path(folder, seed)) for seed in seeds)
    assert shard_path(folder, 7).stat().st_mtime_ns == written
    with pytest.raises(InputError, match="another config"):
        render_dataset(folder, seeds, DatasetConfig(size=(96, 96)), jobs=1)


def render_shard_into(folder: Path, seed: int) -> None:
    folder.mkdir()
    (folder / "dataset.json").write_text(DATASET.to_json())
    render_shard(shard_path(folder, seed), seed, DATASET)


def test_a_dataset_is_not_written_among_other_files(assets: Assets, tmp_path: Path):
    (tmp_path / "letter.txt").write_text("Dear")
    with pytest.raises(OutputError, match="other files"):
        render_dataset(tmp_path, range(1), DATASET, jobs=1)


def test_missing_libraries_name_the_requirements_file():
    check_requirements(RENDERING)
    with pytest.raises(InputError, match=r"numbat is not installed.*requirements-train\.txt"):
        check_requirements(("numpy", "numbat"))


def test_dataset_settings_out_of_range_are_rejected():
    with pytest.raises(SettingsError, match="motions is 0"):
        DatasetConfig(motions=0)


def test_training_and_evaluation_commands_reject_each_others_seeds(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["dancers", "dataset", "--seeds", "900000:900002", "-o", str(tmp_path / "set")]) == 2
    assert main(["bench", "quality", "--seeds", "0:2", "-o", str(tmp_path / "bench")]) == 2
    assert capsys.readouterr().err.count("are not within") == 2
    assert not list(tmp_path.iterdir())
