"""Clips in the released layout, and training sets that can be resumed."""

from pathlib import Path

import numpy as np
import pytest

from motionfollower.cli.main import main
from motionfollower.core.errors import InputError, OutputError, SettingsError
from motionfollower.io.case import read_case
from motionfollower.research.synthetic.assets.types import Assets
from motionfollower.research.synthetic.export.case import CaseConfig, RenderedCase, render_case, write_rendered_case
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
from preprocess.progress import run_to_end
from preprocess.video.read import read_clip

ORDER = CaseConfig(seed=4, motion=5, target_motion=6, size=(64, 64), frames=2)
RECIPE = DatasetConfig(size=(64, 64), motions=2, frames=2)


@pytest.fixture(scope="module")
def production(assets: Assets) -> RenderedCase:
    return run_to_end(render_case(assets, ORDER))


@pytest.fixture(scope="module")
def folder(production: RenderedCase, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("production") / "clip"
    assert list(write_rendered_case(folder, production)) == list(range(1, 13))
    return folder


def test_a_production_is_a_case_with_its_answer(folder: Path, production: RenderedCase):
    case = read_case(folder)
    assert production.edit is not None
    np.testing.assert_array_equal(case.source.frames, production.source.frames)
    np.testing.assert_array_equal(case.target_masks.masks, production.edit.truth.masks.masks)
    np.testing.assert_allclose(case.aligned_poses.body, production.edit.truth.poses.body, atol=1e-3)
    np.testing.assert_array_equal(read_clip(folder / "truth" / "images").frames, production.edit.truth.frames)


def test_a_production_never_replaces_anything(folder: Path, production: RenderedCase):
    with pytest.raises(OutputError, match="isn't empty"):
        list(write_rendered_case(folder, production))


def test_without_a_second_motion_there_is_the_source_alone(assets: Assets, tmp_path: Path):
    alone = run_to_end(render_case(assets, CaseConfig(seed=4, motion=5, size=(64, 64), frames=1)))
    list(write_rendered_case(tmp_path / "clip", alone))
    assert {path.name for path in (tmp_path / "clip").iterdir()} == {"source_images", "source_poses", "source_masks"}


def test_the_target_has_another_dancer_of_the_same_half(production: RenderedCase):
    assert production.edit is not None
    assert (production.edit.target.frames != production.edit.truth.frames).mean() > 0.5
    assert CaseConfig(HELD_OUT[5], HELD_OUT[6], HELD_OUT[7]).other_seed in HELD_OUT


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"seed": -1}, "seed is -1"),
        ({"seed": 1, "size": (8, 64)}, "size is"),
        ({"seed": 1, "frames": 0}, "frames is 0"),
        ({"seed": 1, "fps": 0.0}, "fps is 0"),
    ],
)
def test_orders_out_of_range_are_refused(wrong: dict, message: str):
    with pytest.raises(InputError, match=message):
        CaseConfig(**{"motion": 1, **wrong})


def test_shards_are_the_same_again_and_say_what_is_true(assets: Assets, tmp_path: Path):
    for name in ("one", "two"):
        render_shard(tmp_path / name, 7, RECIPE)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
    shard = read_shard(tmp_path / "one")
    assert shard["images"].shape == (2, 2, 64, 64, 3)
    assert shard["joints"].shape == (2, 2, 128, 2)
    assert (shard["alpha"] > 127).any(axis=(2, 3)).all()


def test_a_set_goes_on_where_it_was_left_and_mends_broken_shards(assets: Assets, tmp_path: Path):
    folder = tmp_path / "set"
    seeds = range(7, 9)
    render_shard_into(folder, 7)
    whole = shard_path(folder, 7).stat().st_mtime_ns
    shard_path(folder, 8).write_bytes(shard_path(folder, 7).read_bytes()[:5000])
    with pytest.raises(InputError, match="damaged"):
        read_shard(shard_path(folder, 8))
    assert list(render_dataset(folder, seeds, RECIPE, jobs=1)) == [1, 2]
    assert all(is_whole(shard_path(folder, seed)) for seed in seeds)
    assert shard_path(folder, 7).stat().st_mtime_ns == whole
    with pytest.raises(InputError, match="another recipe"):
        next(render_dataset(folder, seeds, DatasetConfig(size=(96, 96)), jobs=1))


def render_shard_into(folder: Path, seed: int) -> None:
    folder.mkdir()
    (folder / "dataset.json").write_text(RECIPE.to_json())
    render_shard(shard_path(folder, seed), seed, RECIPE)


def test_a_set_is_not_put_among_other_files(assets: Assets, tmp_path: Path):
    (tmp_path / "letter.txt").write_text("Dear")
    with pytest.raises(OutputError, match="other files"):
        next(render_dataset(tmp_path, range(1), RECIPE, jobs=1))


def test_missing_libraries_say_how_to_get_them():
    check_requirements(RENDERING)
    with pytest.raises(InputError, match=r"numbat is not installed.*requirements-train\.txt"):
        check_requirements(("numpy", "numbat"))


def test_recipes_out_of_range_are_refused():
    with pytest.raises(SettingsError, match="motions is 0"):
        DatasetConfig(motions=0)


def test_the_commands_refuse_seeds_that_are_not_theirs(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["dancers", "dataset", "--seeds", "900000:900002", "-o", str(tmp_path / "set")]) == 2
    assert main(["bench", "quality", "--seeds", "0:2", "-o", str(tmp_path / "bench")]) == 2
    assert capsys.readouterr().err.count("are not within") == 2
    assert not list(tmp_path.iterdir())
