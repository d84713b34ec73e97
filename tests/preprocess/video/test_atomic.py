"""Atomic output, also when it is interrupted."""

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType

import pytest

from preprocess.types import OutputError
from preprocess.video.atomic import atomic_path, check_not_overwritten, check_parent, defer_interrupts, scratch_folder


def interrupt_at(function: Callable[..., object]) -> None:
    """Raise SIGINT at the next call of a built-in function."""

    def watch(frame: FrameType, event: str, called: object) -> None:
        if called is function:
            sys.setprofile(None)
            signal.raise_signal(signal.SIGINT)

    sys.setprofile(watch)


def fill(folder: Path, name: str) -> None:
    folder.mkdir(exist_ok=True)
    for index in range(3):
        (folder / f"{name} {index}").touch()


def use_scratch_folder(parent: Path) -> None:
    with scratch_folder(parent) as folder:
        fill(folder, "draft")
        interrupt_at(os.unlink)


def replace_a_folder(folder: Path, moment: Callable[..., object]) -> None:
    with atomic_path(folder) as draft:
        fill(draft, "new")
        interrupt_at(moment)


def test_cleanup_is_not_interrupted(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        use_scratch_folder(tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("moment", [os.rename, os.unlink], ids=["renaming the draft", "removing the old folder"])
def test_a_folder_is_replaced_atomically_despite_an_interrupt(moment: Callable[..., object], tmp_path: Path) -> None:
    fill(tmp_path / "folder", "old")
    with pytest.raises(KeyboardInterrupt):
        replace_a_folder(tmp_path / "folder", moment)
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]
    assert {path.name for path in (tmp_path / "folder").iterdir()} == {"new 0", "new 1", "new 2"}


def test_an_interrupt_is_deferred_to_the_end_of_the_outermost_block() -> None:
    done = []

    def work() -> None:
        with defer_interrupts():
            with defer_interrupts():
                signal.raise_signal(signal.SIGINT)
            done.append("inner block finished")

    with pytest.raises(KeyboardInterrupt):
        work()
    assert done


def test_inputs_are_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "result" / "frames").mkdir(parents=True)
    (tmp_path / "link").symlink_to(tmp_path / "result")
    check_not_overwritten([tmp_path / "result", tmp_path / "other"], [tmp_path / "result" / "frames", tmp_path / "oth"])
    for path in ("result/frames", "result/frames/frame_0.png", "link/frames", "result/../result/frames"):
        with pytest.raises(OutputError, match=r"The result would replace its input .*\. Choose another"):
            check_not_overwritten([tmp_path / path], [tmp_path / "result" / "frames"])


def test_a_name_that_is_too_long_is_rejected(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="File name too long"):
        check_parent(tmp_path / ("n" * 300))
