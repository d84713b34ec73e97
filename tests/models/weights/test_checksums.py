"""The ledger: files are recorded at first use, and a changed one is noticed."""

import os
from pathlib import Path

import pytest

from motionfollower.core.errors import WeightsError
from motionfollower.core.hashing import sha256_of
from motionfollower.models.weights.checksums import NAME, ChecksumRegistry


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "sam" / "a.safetensors"
    path.parent.mkdir()
    path.write_bytes(b"weights")
    return path


def replace(file: Path, data: bytes, *, keeps_time: bool) -> None:
    status = file.stat()
    file.write_bytes(data)
    os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns + (0 if keeps_time else 1)))


def test_a_file_is_recorded_at_its_first_use(tmp_path: Path, file: Path):
    assert ChecksumRegistry(tmp_path).check(file) == sha256_of(file)
    assert ChecksumRegistry(tmp_path).entries()["sam/a.safetensors"].sha256 == sha256_of(file)


def test_a_changed_file_is_noticed(tmp_path: Path, file: Path):
    ChecksumRegistry(tmp_path).check(file)
    replace(file, b"sthgiew", keeps_time=False)
    with pytest.raises(WeightsError, match=r"a\.safetensors isn't what it should be"):
        ChecksumRegistry(tmp_path).check(file)


def test_a_changed_file_that_hides_it_is_noticed_by_a_thorough_look(tmp_path: Path, file: Path):
    ChecksumRegistry(tmp_path).check(file)
    replace(file, b"sthgiew", keeps_time=True)
    ChecksumRegistry(tmp_path).check(file)
    with pytest.raises(WeightsError):
        ChecksumRegistry(tmp_path).check(file, thoroughly=True)


def test_a_file_that_is_touched_stays_the_same(tmp_path: Path, file: Path):
    ChecksumRegistry(tmp_path).check(file)
    replace(file, b"weights", keeps_time=False)
    ChecksumRegistry(tmp_path).check(file)
    assert ChecksumRegistry(tmp_path).entries()["sam/a.safetensors"].changed == file.stat().st_mtime_ns


def test_a_file_that_is_not_the_known_one_is_not_recorded(tmp_path: Path, file: Path):
    with pytest.raises(WeightsError, match="not 0000"):
        ChecksumRegistry(tmp_path).check(file, "0" * 64)
    assert not ChecksumRegistry(tmp_path).entries()


def test_a_damaged_ledger_is_named(tmp_path: Path, file: Path):
    (tmp_path / NAME).write_text("{")
    with pytest.raises(WeightsError, match=NAME):
        ChecksumRegistry(tmp_path).check(file)
