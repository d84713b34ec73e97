"""Checksums: files are recorded at their first use, and changed ones are detected."""

import os
from pathlib import Path

import pytest

from motionfollower.core.errors import WeightsError
from motionfollower.core.hashing import sha256_of
from motionfollower.models.weights.checksums import CHECKSUMS_FILE, ChecksumRegistry


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


def test_a_changed_file_is_detected(tmp_path: Path, file: Path):
    ChecksumRegistry(tmp_path).check(file)
    replace(file, b"sthgiew", keeps_time=False)
    with pytest.raises(WeightsError, match=r"a\.safetensors doesn't match its checksum"):
        ChecksumRegistry(tmp_path).check(file)


def test_a_changed_file_with_the_old_size_and_time_is_detected_by_rehashing(tmp_path: Path, file: Path):
    ChecksumRegistry(tmp_path).check(file)
    replace(file, b"sthgiew", keeps_time=True)
    ChecksumRegistry(tmp_path).check(file)
    with pytest.raises(WeightsError):
        ChecksumRegistry(tmp_path).check(file, rehash=True)


def test_a_touched_file_is_accepted_and_its_time_updated(tmp_path: Path, file: Path):
    ChecksumRegistry(tmp_path).check(file)
    replace(file, b"weights", keeps_time=False)
    ChecksumRegistry(tmp_path).check(file)
    assert ChecksumRegistry(tmp_path).entries()["sam/a.safetensors"].changed == file.stat().st_mtime_ns


def test_a_file_that_differs_from_the_published_one_is_not_recorded(tmp_path: Path, file: Path):
    with pytest.raises(WeightsError, match="not 0000"):
        ChecksumRegistry(tmp_path).check(file, "0" * 64)
    assert not ChecksumRegistry(tmp_path).entries()


def test_a_damaged_checksums_file_is_named(tmp_path: Path, file: Path):
    (tmp_path / CHECKSUMS_FILE).write_text("{")
    with pytest.raises(WeightsError, match=CHECKSUMS_FILE):
        ChecksumRegistry(tmp_path).check(file)
