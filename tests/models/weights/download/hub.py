"""A local server that stands in for the Hugging Face hub: the responses that a download needs, and faults."""

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

COMMIT = "0" * 39 + "1"


@dataclass
class Hub:
    """One repository with `files` by name; each response has the HTTP `status` and ends after `breaks_after` bytes."""

    files: dict[str, bytes]
    status: int = 200
    breaks_after: int | None = None
    corrupts: bool = False
    address: str = ""
    served: list[str] = field(default_factory=list)
    """The downloads so far: `name`, or `name from byte` where one is resumed."""


@contextmanager
def serve(hub: Hub) -> Iterator[Hub]:
    handler = type("Handler", (Answers,), {"hub": hub})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        hub.address = f"http://127.0.0.1:{server.server_port}"
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield hub
        finally:
            server.shutdown()
            thread.join()


class Answers(BaseHTTPRequestHandler):
    hub: Hub

    def do_HEAD(self) -> None:
        self.answer(sends=False)

    def do_GET(self) -> None:
        self.answer(sends=True)

    def answer(self, *, sends: bool) -> None:
        if self.hub.status != 200:
            self.send_error(self.hub.status)
        elif self.path.startswith("/api/models/"):
            self.send_listing()
        else:
            self.send_file(self.path.split(f"/resolve/{COMMIT}/")[1], sends=sends)

    def send_listing(self) -> None:
        siblings = [
            {"rfilename": name, "size": len(data), "lfs": {"sha256": sha256(data), "size": len(data), "pointerSize": 9}}
            for name, data in self.hub.files.items()
        ]
        body = json.dumps({"id": "a/b", "sha": COMMIT, "siblings": siblings}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def send_file(self, name: str, *, sends: bool) -> None:
        data = self.hub.files[name]
        start = int(self.headers.get("Range", "bytes=0-").removeprefix("bytes=").split("-")[0])
        self.send_response(206 if start else 200)
        self.send_header("ETag", f'"{sha256(data)}"')
        self.send_header("X-Repo-Commit", COMMIT)
        self.send_header("Content-Length", str(len(data) - start))
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(data) - 1}/{len(data)}")
        self.end_headers()
        if sends:
            self.hub.served.append(f"{name} from {start}" if start else name)
            body = data[start:] if not self.hub.corrupts else bytes(len(data) - start)
            self.wfile.write(body[: self.hub.breaks_after])

    def log_message(self, *_: object) -> None:
        pass


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
