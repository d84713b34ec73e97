"""The take-home bundle: a zip of a case in the released layout with the result made from it, and back."""

from __future__ import annotations

import re
import shutil
import struct
import zlib
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, LargeZipFile, ZipFile, ZipInfo

from motionfollower.core.errors import InputError
from motionfollower.io.case import NEEDED, PREPARATION, TARGET
from motionfollower.io.result import ResultFiles
from preprocess.video.atomic import atomic_path, output_errors
from preprocess.video.probe import probe

FOLDERS = (*NEEDED, *TARGET, "frames")
FILES = (PREPARATION, "run.json", "edited.mp4", "side_by_side.mp4")
KNOWN = re.compile(
    rf"(?:[^/]+/)?((?:{'|'.join(FOLDERS)})/frame_\d{{1,6}}\.(?:png|jpg|jpeg)|{'|'.join(map(re.escape, FILES))})"
)
"""What belongs to a bundle, also within one folder, as people zip it by hand; other files are left alone."""

MOST_FILES = 50_000
MOST_BYTES = 2 * 2**30
MOST_RECORD_BYTES = 64 * 2**20
MOST_PIXELS = 2**28  # of a folder's pictures together: a thousand of 512 × 512

_DAMAGE = (BadZipFile, LargeZipFile, NotImplementedError, RuntimeError, EOFError, ValueError, struct.error, zlib.error)


def bundle_files(case: Path, result: ResultFiles) -> dict[str, Path]:
    """What a bundle of a case's folder and of the result made from it holds: the files by their names in it."""
    parts = (case / name for name in (*NEEDED, *TARGET))
    files = [(file, case) for part in parts for file in sorted(part.glob("frame_*"))]
    files += [(file, case) for file in [case / PREPARATION] if file.is_file()]
    files += [(file, result.folder) for file in result.present()]
    return {file.relative_to(folder).as_posix(): file for file, folder in files}


def write_bundle(path: Path, files: Mapping[str, Path]) -> Generator[int, None, None]:
    """Write files as a bundle, whole or not at all; yield their number done. OutputError where it can't be written."""
    with atomic_path(path) as draft, output_errors(path), ZipFile(draft, "w") as bundle:
        for done, (name, file) in enumerate(files.items(), 1):
            entry = ZipInfo(name)  # without a date: the same files give the same bundle
            entry.compress_type = ZIP_DEFLATED if name.endswith(".json") else ZIP_STORED
            bundle.writestr(entry, file.read_bytes())
            yield done


@contextmanager
def opened_case(path: Path) -> Iterator[Path]:
    """The folder of a case; a bundle is unpacked into one that is gone afterwards."""
    if not path.is_file():
        yield path
        return
    with TemporaryDirectory() as folder:
        unpack_bundle(path, Path(folder))
        yield Path(folder)


def unpack_bundle(path: Path, folder: Path) -> None:
    """Unpack what belongs to a bundle into an empty `folder`; InputError for what can't be one.

    A bundle may come from anybody: nothing leaves the folder, and what is too much is refused before it is
    unpacked. The paths in its run.json are the word of whoever wrote it.
    """
    try:
        with ZipFile(path) as bundle:
            for name, entry in _check(bundle).items():
                place = folder / name
                place.parent.mkdir(exist_ok=True)
                with bundle.open(entry) as source, place.open("xb") as file:
                    shutil.copyfileobj(source, file)
    except _DAMAGE as error:
        raise InputError(f"{path.name} is no bundle: {error}. Give a zip as `edit --bundle` writes it.") from error
    except OSError as error:
        raise InputError(f"{path.name} can't be unpacked: {error.strerror}. Make room, or give another.") from error
    _check_pictures(path, folder)


def _check(bundle: ZipFile) -> dict[str, ZipInfo]:
    """The entries that belong to a bundle, by name; a ValueError where there is anything wrong."""
    entries = bundle.infolist()
    if len(entries) > MOST_FILES:
        raise ValueError(f"it has {len(entries)} files; allowed are {MOST_FILES}")
    if any(_leads_out(entry.filename) for entry in entries):
        raise ValueError("a name in it leads out of its folder")
    found = [(match[1], entry) for entry in entries if (match := KNOWN.fullmatch(entry.filename))]
    if len({name for name, _ in found}) < len(found):
        raise ValueError("a name is in it twice")
    if (size := sum(entry.file_size for _, entry in found)) > MOST_BYTES:
        raise ValueError(f"unpacked it has {size / 2**20:.0f} MiB; allowed are {MOST_BYTES / 2**20:.0f}")
    if any(name.endswith(".json") and entry.file_size > MOST_RECORD_BYTES for name, entry in found):
        raise ValueError(f"a record in it is larger than {MOST_RECORD_BYTES / 2**20:.0f} MiB")
    if not found:
        raise ValueError("nothing in it belongs to a case")
    return dict(found)


def _leads_out(name: str) -> bool:
    return name.startswith("/") or "\\" in name or ":" in name or ".." in name.split("/")


def _check_pictures(path: Path, folder: Path) -> None:
    """InputError where a folder's pictures are together too large to be held."""
    for name in FOLDERS:
        if (folder / name).is_dir():
            media = probe(folder / name)
            if len(media.pictures) * media.size[0] * media.size[1] > MOST_PIXELS:
                raise InputError(
                    f"{path.name} has {len(media.pictures)} pictures of {media.size[0]} × {media.size[1]} in {name}; "
                    f"allowed are {MOST_PIXELS / 2**20:.0f} million pixels. Unpack it, and give the folder."
                )
