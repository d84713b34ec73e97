"""`batch jobs.jsonl`: checked first, each job by itself, gone on with where it stopped."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from motionfollower.cli.batch.attempt import attempt
from motionfollower.cli.batch.jobs import read_jobs
from motionfollower.core.events import StageStarted
from preprocess.progress import run_to_end
from tests.cli.commands import Outcome, contents, run
from tests.cli.conftest import Made

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
    def complaints(self, tmp_path: Path, *entries: Entry | str) -> list[str]:
        outcome = run("batch", write_jobs(tmp_path / "jobs.jsonl", *entries), "-o", tmp_path / "out")
        assert outcome.code == 2
        assert not (tmp_path / "out").exists()
        first, *others = outcome.err.splitlines()
        assert first == f"motionfollower: {tmp_path / 'jobs.jsonl'} has lines that are no jobs:"
        return [line.strip() for line in others]

    @pytest.mark.parametrize(
        ("change", "complaint"),
        [
            ({"steps": 0}, "steps is 0; allowed is 1 to 1000."),
            ({"steps": "few"}, "steps: invalid int value: 'few'."),
            ({"steps": [1, 2]}, "steps is a list of 2; allowed is one value."),
            ({"shift": 3}, "shift: expected 2 arguments."),
            ({"lock": True}, "lock is true; allowed is a text or a number, as on the command line."),
            ({"lock": "maybe"}, "lock: invalid choice: 'maybe' (choose from 'on', 'off')."),
            ({"seed": None}, "seed is null; allowed is a text or a number, as on the command line."),
            ({"source": "gone.mp4"}, f"{Path('gone.mp4').absolute()} is not there."),
            ({"target": None}, "A job needs either source and target, or case, or run."),
            ({"case": "folder"}, "edit needs either SOURCE and TARGET, or --case DIR, or --run run.json."),
            ({"name": "../out"}, 'name is "../out"; allowed are up to 100 letters, digits, hyphens and underscores'),
            ({"name": "batch.json"}, 'name is "batch.json"; allowed are'),
            ({"step": 1}, "step is no option of edit; allowed are name, source, target, case, run, redo, backend"),
        ],
    )
    def test_a_line_is_told_what_is_wrong(self, change: Entry, complaint: str, pair: Entry, tmp_path: Path) -> None:
        (said,) = self.complaints(tmp_path, pair | {"name": "good"}, pair | change)
        assert said.startswith(f"line 2: {complaint}")

    def test_all_lines_are_told_at_once(self, pair: Entry, tmp_path: Path) -> None:
        said = self.complaints(tmp_path, "nope", "[1]", "", pair, pair, pair | {"name": "b", "cfg": 0})
        assert [line.partition(":")[0] for line in said] == ["line 1", "line 2", "line 6", "line 5"]
        assert said[-1].endswith("is that of an earlier line. Give it another name.")

    def test_a_file_without_jobs(self, tmp_path: Path) -> None:
        file = write_jobs(tmp_path / "jobs.jsonl", "", " ")
        assert "has no jobs" in run("batch", file, "-o", tmp_path / "out").complaint
        assert "can't be read" in run("batch", tmp_path / "gone.jsonl", "-o", tmp_path / "out").complaint

    def test_entries_are_the_options_of_edit(self, pair: Entry, tmp_path: Path) -> None:
        settings = {"shift": [-3, 2.5], "source-add": ["0.1,0.2", "0.3,0.4@1"], "source_person": "0.5,0.5", "seed": 7}
        (job,) = read_jobs(write_jobs(tmp_path / "jobs.jsonl", pair | settings))
        request = job.order.request
        assert (request.prepare.shift, request.sampler.seed) == ((-3, 2.5), 7)
        assert [click.at.frame for click in request.prepare.source_clicks] == [0, 1]
        assert request.prepare.source_person is not None
        assert job.name == "source_target"


@pytest.fixture(scope="module")
def batch(source: Path, target: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, Outcome]:
    """A file of jobs, one of which can't succeed; the folder that it was done in, and how that ended."""
    home = tmp_path_factory.mktemp("batch")
    (home / "damaged.mp4").write_bytes(b"no video")
    usual = {"target": str(target), "size": "96x128"}
    file = write_jobs(
        home / "jobs.jsonl",
        usual | {"name": "damaged", "source": str(home / "damaged.mp4")},
        usual | {"name": "good", "source": str(source)},
    )
    return file, home / "out", run("batch", file, "-o", home / "out")


def states(folder: Path) -> dict[str, tuple[str, int]]:
    outcomes = json.loads((folder / "batch.json").read_text())["outcomes"]
    return {outcome["name"]: (outcome["state"], outcome["tries"]) for outcome in outcomes}


def pictures(folder: Path) -> dict[str, bytes]:
    return {name: data for name, data in contents(folder).items() if name.startswith("frames/")}


def test_a_bad_clip_stops_nobody(batch: tuple[Path, Path, Outcome], edited: Made) -> None:
    _, folder, outcome = batch
    assert outcome.code == 1
    assert states(folder) == {"damaged": ("failed", 2), "good": ("done", 1)}
    assert "damaged.mp4 can't be read as a video" in outcome.out
    assert "2 jobs: 1 done, 0 done before, 1 failed" in outcome.out
    assert pictures(folder / "good") == pictures(edited.folder)
    assert {path.name for path in folder.iterdir()} == {".lock", "batch.json", "good"}


def test_what_is_done_is_passed_over(batch: tuple[Path, Path, Outcome], tmp_path: Path) -> None:
    file, done, _ = batch
    folder = Path(shutil.copytree(done, tmp_path / "out"))
    before = contents(folder / "good")
    assert run("batch", file, "-o", folder).code == 1
    assert states(folder) == {"damaged": ("failed", 2), "good": ("before", 0)}
    assert contents(folder / "good") == before


@pytest.mark.parametrize("harm", ["a changed line", "a missing picture"])
def test_what_is_not_whole_or_of_another_job_is_made_anew(
    harm: str, batch: tuple[Path, Path, Outcome], tmp_path: Path
) -> None:
    file, done, _ = batch
    folder = Path(shutil.copytree(done, tmp_path / "out"))
    entry = json.loads(file.read_text().splitlines()[1])
    if harm == "a changed line":
        entry["lock"] = "off"
    else:
        (folder / "good" / "frames" / "frame_1.png").unlink()
    assert run("batch", write_jobs(tmp_path / "jobs.jsonl", entry), "-o", folder).code == 0
    assert states(folder) == {"good": ("done", 1)}
    assert len(pictures(folder / "good")) == 3
    assert (pictures(folder / "good") == pictures(done / "good")) == (harm == "a missing picture")


def test_a_folder_with_other_files_is_spared(batch: tuple[Path, Path, Outcome], tmp_path: Path) -> None:
    (tmp_path / "out" / "good").mkdir(parents=True)
    (tmp_path / "out" / "good" / "diary.txt").write_text("dear diary")
    assert "Give the job another name." in run("batch", batch[0], "-o", tmp_path / "out").complaint


def test_a_cluster_needs_ray(pair: Entry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)  # as where it isn't installed
    file = write_jobs(tmp_path / "jobs.jsonl", pair)
    complaint = run("batch", file, "-o", tmp_path / "out", "--ray", "auto").complaint
    assert complaint.startswith("--ray needs the package ray. Install it with `pip install -r requirements-ray.txt`")
    assert not (tmp_path / "out").exists()


def test_a_job_that_fails_is_tried_once_more(pair: Entry, source: Path, tmp_path: Path) -> None:
    late = tmp_path / "late.mp4"
    late.write_bytes(b"not there yet")
    (job,) = read_jobs(write_jobs(tmp_path / "jobs.jsonl", pair | {"source": str(late), "frames": 1, "name": "late"}))
    work = attempt(job, tmp_path)
    event = next(work)
    assert isinstance(event, StageStarted)
    assert event.stage == "failed"
    shutil.copy(source, late)
    outcome = run_to_end(work)
    assert (outcome.state, outcome.tries) == ("done", 2)


@pytest.fixture
def started(pair: Entry, tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """A process that does two jobs, `first` and `second`, in the folder `out`."""
    file = write_jobs(tmp_path / "jobs.jsonl", *(pair | {"name": name, "frames": 1} for name in ("first", "second")))
    command = [sys.executable, "-m", "motionfollower", "batch", str(file), "-o", str(tmp_path / "out")]
    with subprocess.Popen(command, cwd=ROOT, text=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
        yield process
        process.kill()


def test_a_killed_batch_loses_the_job_under_way_alone(started: subprocess.Popen[str], tmp_path: Path) -> None:
    assert started.stderr is not None
    seen = []
    for line in started.stderr:
        seen.append(line)
        if "job 2 of 2" in "".join(seen) and line == "write 1/3\n":
            break
    started.kill()
    started.wait()
    folder = tmp_path / "out"
    assert states(folder) == {"first": ("done", 1)}
    assert {path.name for path in folder.iterdir()} == {".lock", ".second.part", "batch.json", "first"}
    assert run("batch", tmp_path / "jobs.jsonl", "-o", folder).code == 0
    assert states(folder) == {"first": ("before", 0), "second": ("done", 1)}
    assert {path.name for path in folder.iterdir()} == {".lock", "batch.json", "first", "second"}
    assert pictures(folder / "first") == pictures(folder / "second")
