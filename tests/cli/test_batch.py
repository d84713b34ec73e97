"""`batch jobs.jsonl`: all lines are checked first, jobs are independent, a stopped batch resumes."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from motionfollower.cli.batch.attempt import attempt
from motionfollower.cli.batch.jobs import read_jobs
from motionfollower.core.events import Event, StageStarted
from tests.cli.commands import Outcome, contents, run
from tests.cli.conftest import CommandResult

ROOT = Path(__file__).parents[2]

Entry = dict[str, object]


def write_jobs(path: Path, *entries: Entry | str) -> Path:
    lines = [entry if isinstance(entry, str) else json.dumps(entry) for entry in entries]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


@pytest.fixture
def pair(source: Path, target: Path) -> Entry:
    return {"source": str(source), "target": str(target)}


class TestLines:
    def errors(self, tmp_path: Path, *entries: Entry | str) -> list[str]:
        outcome = run("batch", write_jobs(tmp_path / "jobs.jsonl", *entries), "-o", tmp_path / "out")
        assert outcome.code == 2
        assert not (tmp_path / "out").exists()
        first, *others = outcome.err.splitlines()
        assert first == f"motionfollower: {tmp_path / 'jobs.jsonl'} has invalid lines:"
        return [line.strip() for line in others]

    @pytest.mark.parametrize(
        ("change", "error"),
        [
            ({"steps": 0}, "steps is 0; allowed is 1 to 1000."),
            ({"steps": "few"}, "steps: invalid int value: 'few'."),
            ({"steps": [1, 2]}, "steps is a list of 2; allowed is one value."),
            ({"shift": 3}, "shift: expected 2 arguments."),
            ({"lock": True}, "lock is true; allowed is a string or a number, as on the command line."),
            ({"lock": "maybe"}, "lock: invalid choice: 'maybe' (choose from 'on', 'off')."),
            ({"seed": None}, "seed is null; allowed is a string or a number, as on the command line."),
            ({"source": "gone.mp4"}, f"{Path('gone.mp4').absolute()} does not exist."),
            ({"target": None}, "A job needs either source and target, or case, or run."),
            ({"case": "folder"}, "edit needs either SOURCE and TARGET, or --case DIR, or --run run.json."),
            ({"name": "../out"}, 'name is "../out"; allowed are up to 100 letters, digits, hyphens and underscores'),
            ({"name": "batch.json"}, 'name is "batch.json"; allowed are'),
            ({"step": 1}, "step is not an option of edit; allowed are name, source, target, case, run, redo, backend"),
        ],
    )
    def test_an_invalid_line_is_explained(self, change: Entry, error: str, pair: Entry, tmp_path: Path) -> None:
        (message,) = self.errors(tmp_path, pair | {"name": "good"}, pair | change)
        assert message.startswith(f"line 2: {error}")

    def test_all_invalid_lines_are_listed(self, pair: Entry, tmp_path: Path) -> None:
        messages = self.errors(tmp_path, "nope", "[1]", "", pair, pair, pair | {"name": "b", "cfg": 0})
        assert [line.partition(":")[0] for line in messages] == ["line 1", "line 2", "line 6", "line 5"]
        assert messages[-1].endswith("is already used by an earlier line. Choose another one.")

    def test_a_file_without_jobs(self, tmp_path: Path) -> None:
        file = write_jobs(tmp_path / "jobs.jsonl", "", " ")
        assert "has no jobs" in run("batch", file, "-o", tmp_path / "out").error
        assert "can't be read" in run("batch", tmp_path / "gone.jsonl", "-o", tmp_path / "out").error

    def test_entries_are_the_options_of_edit(self, pair: Entry, tmp_path: Path) -> None:
        settings = {"shift": [-3, 2.5], "source-add": ["0.1,0.2", "0.3,0.4@1"], "source_person": "0.5,0.5", "seed": 7}
        (job,) = read_jobs(write_jobs(tmp_path / "jobs.jsonl", pair | settings))
        config = job.command.config
        assert (config.prepare.shift, config.sampler.seed) == ((-3, 2.5), 7)
        assert [click.at.frame for click in config.prepare.source_clicks] == [0, 1]
        assert config.prepare.source_person is not None
        assert job.name == "source_target"


@pytest.fixture(scope="module")
def batch(source: Path, target: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, Outcome]:
    """A jobs file of which one job fails, the folder of its batch, and the outcome."""
    home = tmp_path_factory.mktemp("batch")
    (home / "damaged.mp4").write_bytes(b"no video")
    common = {"target": str(target), "size": "96x128"}
    file = write_jobs(
        home / "jobs.jsonl",
        common | {"name": "damaged", "source": str(home / "damaged.mp4")},
        common | {"name": "good", "source": str(source)},
    )
    return file, home / "out", run("batch", file, "-o", home / "out")


def states(folder: Path) -> dict[str, tuple[str, int]]:
    outcomes = json.loads((folder / "batch.json").read_text())["outcomes"]
    return {outcome["name"]: (outcome["state"], outcome["tries"]) for outcome in outcomes}


def frame_files(folder: Path) -> dict[str, bytes]:
    return {name: data for name, data in contents(folder).items() if name.startswith("frames/")}


def test_a_bad_clip_does_not_stop_the_others(batch: tuple[Path, Path, Outcome], edited: CommandResult) -> None:
    _, folder, outcome = batch
    assert outcome.code == 1
    assert states(folder) == {"damaged": ("failed", 2), "good": ("done", 1)}
    assert "damaged.mp4 can't be read as a video" in outcome.out
    assert "2 jobs: 1 done, 0 done before, 1 failed" in outcome.out
    assert frame_files(folder / "good") == frame_files(edited.folder)
    assert {path.name for path in folder.iterdir()} == {".lock", "batch.json", "good"}


def test_finished_jobs_are_skipped(batch: tuple[Path, Path, Outcome], tmp_path: Path) -> None:
    file, done, _ = batch
    folder = Path(shutil.copytree(done, tmp_path / "out"))
    before = contents(folder / "good")
    assert run("batch", file, "-o", folder).code == 1
    assert states(folder) == {"damaged": ("failed", 2), "good": ("before", 0)}
    assert contents(folder / "good") == before


@pytest.mark.parametrize("change", ["a changed line", "a missing frame"])
def test_an_incomplete_result_or_one_of_another_job_is_replaced(
    change: str, batch: tuple[Path, Path, Outcome], tmp_path: Path
) -> None:
    file, done, _ = batch
    folder = Path(shutil.copytree(done, tmp_path / "out"))
    entry = json.loads(file.read_text().splitlines()[1])
    if change == "a changed line":
        entry["lock"] = "off"
    else:
        (folder / "good" / "frames" / "frame_1.png").unlink()
    assert run("batch", write_jobs(tmp_path / "jobs.jsonl", entry), "-o", folder).code == 0
    assert states(folder) == {"good": ("done", 1)}
    assert len(frame_files(folder / "good")) == 3
    assert (frame_files(folder / "good") == frame_files(done / "good")) == (change == "a missing frame")


def test_a_folder_with_other_files_is_not_replaced(batch: tuple[Path, Path, Outcome], tmp_path: Path) -> None:
    (tmp_path / "out" / "good").mkdir(parents=True)
    (tmp_path / "out" / "good" / "diary.txt").write_text("dear diary")
    assert "Choose another name for the job." in run("batch", batch[0], "-o", tmp_path / "out").error


def test_a_cluster_needs_the_package_ray(pair: Entry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)  # as where it isn't installed
    file = write_jobs(tmp_path / "jobs.jsonl", pair)
    error = run("batch", file, "-o", tmp_path / "out", "--ray", "auto").error
    assert error.startswith("--ray needs the package ray. Install it with `pip install -r requirements-ray.txt`")
    assert not (tmp_path / "out").exists()


def test_a_failed_job_is_retried_once(pair: Entry, source: Path, tmp_path: Path) -> None:
    late = tmp_path / "late.mp4"
    late.write_bytes(b"not there yet")
    (job,) = read_jobs(write_jobs(tmp_path / "jobs.jsonl", pair | {"source": str(late), "frames": 1, "name": "late"}))
    failures: list[Event] = []

    def report(event: Event) -> None:
        if isinstance(event, StageStarted) and event.stage == "failed":
            failures.append(event)
            shutil.copy(source, late)

    outcome = attempt(job, tmp_path, report)
    assert len(failures) == 1
    assert (outcome.state, outcome.tries) == ("done", 2)


@pytest.fixture
def started(pair: Entry, tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """A process that runs two jobs, `first` and `second`, in the folder `out`."""
    file = write_jobs(tmp_path / "jobs.jsonl", *(pair | {"name": name, "frames": 1} for name in ("first", "second")))
    command = [sys.executable, "-m", "motionfollower", "batch", str(file), "-o", str(tmp_path / "out")]
    with subprocess.Popen(command, cwd=ROOT, text=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
        yield process
        process.kill()


@pytest.mark.slow
def test_a_killed_batch_loses_only_the_running_job(started: subprocess.Popen[str], tmp_path: Path) -> None:
    assert started.stderr is not None
    seen = []
    for line in started.stderr:
        seen.append(line)
        if "job 2 of 2" in "".join(seen) and line == "write 1/1\n":
            break
    started.kill()
    started.wait()
    folder = tmp_path / "out"
    assert states(folder) == {"first": ("done", 1)}
    assert {path.name for path in folder.iterdir()} == {".lock", ".second.part", "batch.json", "first"}
    assert run("batch", tmp_path / "jobs.jsonl", "-o", folder).code == 0
    assert states(folder) == {"first": ("before", 0), "second": ("done", 1)}
    assert {path.name for path in folder.iterdir()} == {".lock", "batch.json", "first", "second"}
    assert frame_files(folder / "first") == frame_files(folder / "second")
