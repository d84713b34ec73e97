"""Read and write bundles: a zip of a case in the released layout and of the result made from it."""

from __future__ import annotations

import re
import shutil
import struct
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, LargeZipFile, ZipFile, ZipInfo, is_zipfile

from motionfollower.core.errors import InputError, OutputError
from motionfollower.io.case import NEEDED_FOLDERS, PREPARATION, TARGET_FOLDERS
from motionfollower.io.result import ResultFiles
from preprocess.progress import OnProgress, ignore_progress
from preprocess.video.atomic import atomic_path, check_not_overwritten, check_parent, output_errors
from preprocess.video.probe import probe

FOLDERS = (*NEEDED_FOLDERS, *TARGET_FOLDERS, "frames")
FILES = (PREPARATION, "run.json", "edited.mp4", "side_by_side.mp4")
MEMBER = re.compile(
    rf"(?:[^/]+/)?((?:{'|'.join(FOLDERS)})/frame_\d{{1,6}}\.(?:png|jpg|jpeg)|{'|'.join(map(re.escape, FILES))})"
)
"""The name of a member of a bundle, which may be inside one top-level folder; other files in it are ignored."""

MAX_FILES = 50_000
MAX_BYTES = 2 * 2**30  # unpacked
MAX_RECORD_BYTES = 64 * 2**20  # of a JSON file, unpacked
MAX_PIXELS = 2**28  # of a folder's images together: a thousand of 512 × 512

_DAMAGE = (BadZipFile, LargeZipFile, NotImplementedError, RuntimeError, EOFError, ValueError, struct.error, zlib.error)


def check_bundle_file(path: Path, result: ResultFiles, inputs: Iterable[Path]) -> None:
    """OutputError where a bundle cannot be written to `path`, or would replace anything but an older bundle.

    `result` and `inputs` are what the edit writes and reads.
    """
    check_parent(path.absolute().parent)
    check_not_overwritten(inputs, [path])
    with output_errors(path):
        is_taken = path.exists() and not (path.is_file() and is_zipfile(path))
    parts = (result.folder, *result.replaced, result.run)
    if is_taken or path.resolve() in [part.resolve() for part in parts]:
        raise OutputError(f"{path} is no bundle, but a folder or another file. Choose another name for the bundle.")


def bundle_files(case: Path, result: ResultFiles) -> dict[str, Path]:
    """The files of a bundle of a case and of the result made from it, by their names in the zip."""
    parts = (case / name for name in (*NEEDED_FOLDERS, *TARGET_FOLDERS))
    files = [(file, case) for part in parts for file in sorted(part.glob("frame_*"))]
    files += [(file, case) for file in [case / PREPARATION] if file.is_file()]
    files += [(file, result.folder) for file in result.present()]
    return {file.relative_to(folder).as_posix(): file for file, folder in files}


def write_bundle(path: Path, files: Mapping[str, Path], on_progress: OnProgress = ignore_progress) -> None:
    """Write files as a bundle, atomically. OutputError where it cannot be written."""
    with atomic_path(path) as draft, output_errors(path), ZipFile(draft, "w") as bundle:
        for done, (name, file) in enumerate(files.items(), 1):
            entry = ZipInfo(name)  # without a date: the same files give the same bundle
            entry.compress_type = ZIP_DEFLATED if name.endswith(".json") else ZIP_STORED
            bundle.writestr(entry, file.read_bytes())
            on_progress(done)


@contextmanager
def opened_case(path: Path) -> Iterator[Path]:
    """The folder of a case; a bundle is unpacked to a temporary one."""
    if not path.is_file():
        yield path
        return
    with TemporaryDirectory() as folder:
        unpack_bundle(path, Path(folder))
        yield Path(folder)


def unpack_bundle(path: Path, folder: Path) -> None:
    """Unpack the files of a bundle into an empty `folder`; InputError for what cannot be one.

    A bundle is untrusted: nothing is written outside the folder, and excessive sizes are refused before unpacking. The
    paths in its run.json must never be followed.
    """
    try:
        with ZipFile(path) as bundle:
            for name, entry in _check(bundle).items():
                target = folder / name
                target.parent.mkdir(exist_ok=True)
                with bundle.open(entry) as source, target.open("xb") as file:
                    shutil.copyfileobj(source, file)
    except _DAMAGE as error:
        raise InputError(f"{path.name} is no bundle: {error}. Pass a zip that `edit --bundle` wrote.") from error
    except OSError as error:
        raise InputError(
            f"{path.name} cannot be unpacked: {error.strerror}. Free disk space, or pass another file."
        ) from error
    _check_images(path, folder)


def _check(bundle: ZipFile) -> dict[str, ZipInfo]:
    """The entries of a bundle by name; a ValueError where anything is wrong."""
    entries = bundle.infolist()
    if len(entries) > MAX_FILES:
        raise ValueError(f"it has {len(entries)} files; allowed are {MAX_FILES}")
    if any(_points_outside(entry.filename) for entry in entries):
        raise ValueError("a name in it points outside of it")
    found = [(match[1], entry) for entry in entries if (match := MEMBER.fullmatch(entry.filename))]
    if len({name for name, _ in found}) < len(found):
        raise ValueError("it contains a name twice")
    if (size := sum(entry.file_size for _, entry in found)) > MAX_BYTES:
        raise ValueError(f"it unpacks to {size / 2**20:.0f} MiB; allowed are {MAX_BYTES / 2**20:.0f}")
    if any(name.endswith(".json") and entry.file_size > MAX_RECORD_BYTES for name, entry in found):
        raise ValueError(f"a record in it is larger than {MAX_RECORD_BYTES / 2**20:.0f} MiB")
    if not found:
        raise ValueError("it contains no files of a case")
    return dict(found)


def _points_outside(name: str) -> bool:
    return name.startswith("/") or "\\" in name or ":" in name or ".." in name.split("/")


def _check_images(path: Path, folder: Path) -> None:
    """InputError where a folder's images together exceed the limit."""
    for name in FOLDERS:
        if (folder / name).is_dir():
            media = probe(folder / name)
            if len(media.images) * media.size[0] * media.size[1] > MAX_PIXELS:
                raise InputError(
                    f"{path.name} has {len(media.images)} images of {media.size[0]} × {media.size[1]} in {name}; "
                    f"allowed are {MAX_PIXELS / 2**20:.0f} million pixels. Unpack it, and pass the folder."
                )
