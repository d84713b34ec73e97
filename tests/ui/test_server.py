"""The server without a browser: the endpoints, and requests that must be refused."""

import json
import zipfile
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import numpy as np
import pytest
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError

from preprocess.video.write import write_video

from .conftest import ROOT, SOURCE, TARGET


@pytest.fixture(scope="module")
def client(url: str, tmp_path_factory: pytest.TempPathFactory) -> Client:
    return Client(url, verbose=False, download_files=str(tmp_path_factory.mktemp("downloads")), analytics_enabled=False)


def status(url: str) -> int:
    try:
        with urlopen(url, timeout=30) as answer:
            return int(answer.status)
    except HTTPError as error:
        with error:
            return error.code


def test_edit_motion(client: Client) -> None:
    clips = [handle_file(str(clip)) for clip in (SOURCE, TARGET)]
    edited, run = client.predict(*clips, 1, 1.0, 0.0, 7, 2, api_name="/edit_motion")
    video = edited["video"] if isinstance(edited, dict) else edited
    assert Path(video).read_bytes()[4:8] == b"ftyp"
    assert (run["frames"], run["sampler"]["seed"]) == (2, 7)


def test_prepare_motion(client: Client) -> None:
    clips = [handle_file(str(clip)) for clip in (SOURCE, TARGET)]
    aligned, case, report = client.predict(*clips, 2, api_name="/prepare_motion")
    video = aligned["video"] if isinstance(aligned, dict) else aligned
    assert Path(video).read_bytes()[4:8] == b"ftyp"
    with zipfile.ZipFile(case) as archive:
        assert {"predicted_masks/frame_1.png", "prepare.json"} <= set(archive.namelist())
    assert report["findings"] == []
    assert report["alignment"]["mode"] == "bones"


def test_only_the_public_endpoints_are_listed(client: Client) -> None:
    assert set(client.view_api(return_format="dict")["named_endpoints"]) == {"/edit_motion", "/prepare_motion"}


@pytest.mark.parametrize("path", ["/etc/passwd", str(ROOT / "app.py"), str(ROOT / "motionfollower" / ".." / "app.py")])
def test_files_of_the_server_are_not_served(url: str, path: str) -> None:
    assert status(f"{url}/gradio_api/file={path}") in (403, 404)


def test_the_server_is_not_a_proxy(url: str) -> None:
    assert status(f"{url}/gradio_api/file=http://169.254.169.254/latest/meta-data/") == 403


@pytest.mark.parametrize("address", ["http://127.0.0.1:{port}/config", "http://169.254.169.254/latest/meta-data/"])
def test_an_internal_address_is_not_a_clip(client: Client, url: str, address: str) -> None:
    clip = {"path": address.format(port=url.rsplit(":", 1)[1]), "meta": {"_type": "gradio.FileData"}}
    with pytest.raises(AppError):
        client.predict(clip, clip, 1, 1.0, 0.0, 7, 2, api_name="/edit_motion")


@pytest.mark.parametrize(
    ("size", "frames", "fps", "message"), [((8192, 4320), 1, 8, "4K"), ((32, 32), 40, 1e-3, "20 s")]
)
def test_a_video_bomb_is_refused_before_it_is_decoded(
    client: Client, tmp_path: Path, size: tuple[int, int], frames: int, fps: float, message: str
) -> None:
    bomb = tmp_path / "bomb.mp4"
    write_video(bomb, np.zeros((frames, size[1], size[0], 3), np.uint8), fps)
    assert bomb.stat().st_size < 2**20
    with pytest.raises(AppError, match=message):
        client.predict(handle_file(str(bomb)), handle_file(str(TARGET)), 1, 1.0, 0.0, 7, 2, api_name="/edit_motion")


def test_a_path_on_the_server_is_not_a_clip(client: Client) -> None:
    path = {"path": "/etc/passwd", "meta": {"_type": "gradio.FileData"}}
    with pytest.raises(AppError):
        client.predict(path, path, 1, 1.0, 0.0, 7, 2, api_name="/edit_motion")


def test_an_upload_over_the_limit_is_refused(url: str) -> None:
    body = b'--x\r\nContent-Disposition: form-data; name="files"; filename="a.mp4"\r\n\r\n' + bytes(101 * 2**20)
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    with pytest.raises(HTTPError) as refusal:
        urlopen(Request(f"{url}/gradio_api/upload", body + b"\r\n--x--\r\n", headers), timeout=60)
    with refusal.value as answer:
        assert answer.code == 413


def test_a_setting_out_of_range_is_refused(client: Client) -> None:
    clips = [handle_file(str(clip)) for clip in (SOURCE, TARGET)]
    with pytest.raises(AppError, match="maximum value"):
        client.predict(*clips, 1000, 1.0, 0.0, 7, 2, api_name="/edit_motion")


def test_paths_on_the_server_are_not_revealed(client: Client) -> None:
    clips = [handle_file(str(clip)) for clip in (SOURCE, TARGET)]
    _, run = client.predict(*clips, 1, 1.0, 0.0, 7, 1, api_name="/edit_motion")
    assert (run["source"]["name"], run["target"]["name"]) == (SOURCE.name, TARGET.name)
    assert str(ROOT) not in json.dumps(run)
