"""Inputs, plans and shards in an object store, on a web server and in memory, as on disk."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from uuid import uuid4

import pytest

from caption_parser.readers import read_captions
from caption_parser.runs.options import RunOptions
from caption_parser.runs.run import label_file
from caption_parser.shards.labelling import label_shards
from caption_parser.shards.merging import merge_shards
from caption_parser.shards.planning import make_plan
from shared_runtime.errors import InputError, MissingResourceError, UsageError
from shared_runtime.storage import Folder
from tests.caption_parser.shards.conftest import build_parser, captions_of, write_tsv

fsspec = pytest.importorskip("fsspec", reason="fsspec is not installed: pip install 'capparse[remote]'")
ONE = RunOptions(processes=1)


@pytest.fixture
def memory() -> Iterator[str]:
    """A folder in fsspec's memory."""
    place = f"memory://{uuid4().hex}"
    yield place
    files, path = fsspec.core.url_to_fs(place)
    if files.exists(path):
        files.rm(path, recursive=True)


@pytest.fixture
def bucket() -> Iterator[str]:
    """A bucket of moto's server, which speaks S3."""
    pytest.importorskip("s3fs", reason="s3fs is not installed")
    pytest.importorskip(
        "moto.server", reason="moto's server is not installed: pip install 'moto[s3]' flask flask-cors"
    )
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen([sys.executable, "-m", "moto.server", "-p", str(port)], stderr=subprocess.DEVNULL)
    settings = {"endpoint_url": f"http://127.0.0.1:{port}", "key": "k", "secret": "s"}
    fsspec.config.conf["s3"] = settings
    try:
        for _ in range(300):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        fsspec.filesystem("s3").mkdir("captions")
        yield "s3://captions"
    finally:
        del fsspec.config.conf["s3"]
        server.kill()
        server.wait()


@pytest.fixture
def web(tmp_path: Path) -> Iterator[str]:
    """The folder of the test as a web server shows it."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_arguments: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(tmp_path))) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def check_elsewhere(place: str, inputs: dict[str, Path], tmp_path: Path) -> None:
    """Plan, shards and sum in `place` are what they are on disk."""
    files, path = fsspec.core.url_to_fs(place)
    for name in ("table.tsv", "table.parquet", "lines.jsonl.gz"):
        files.put_file(str(inputs[name]), f"{path}/in/{name}")
    (tmp_path / "here" / "in").mkdir(parents=True)
    for name in ("table.tsv", "table.parquet", "lines.jsonl.gz"):
        inputs[name].rename(tmp_path / "here" / "in" / name)
    for source in ("in/table.*", "in/lines.jsonl.gz"):
        shown = {}
        for folder in (place, str(tmp_path / "here")):
            plan = make_plan(f"{folder}/{source}", f"{folder}/plan", captions_per_shard=1000, overwrite=True)
            run = label_shards(f"{folder}/plan", f"{folder}/{plan.hash}", run=ONE, build_parser=build_parser)
            assert (len(run.done), run.failed) == (len(plan.shards), {})
            merge_shards(f"{folder}/plan", f"{folder}/all.jsonl", shards=f"{folder}/{plan.hash}", overwrite=True)
            labels = Folder(folder).read("all.jsonl").replace(b"memory:///", b"memory://")
            shown[folder] = labels.replace(folder.encode(), b"PLACE")
            again = label_shards(f"{folder}/plan", f"{folder}/{plan.hash}", run=ONE, build_parser=build_parser)
            assert (len(again.before), again.done) == (len(plan.shards), ())
        assert shown[place] == shown[str(tmp_path / "here")]


def test_memory_as_disk(memory: str, inputs: dict[str, Path], tmp_path: Path) -> None:
    check_elsewhere(memory, inputs, tmp_path)


def test_labels_are_merged_into_the_root_of_a_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    make_plan(write_tsv(tmp_path / "in.tsv", captions_of(10)), "plan")
    label_shards("plan", run=ONE, build_parser=build_parser)
    name = f"{uuid4().hex}.jsonl"
    merge_shards("plan", f"memory://{name}")
    files = fsspec.filesystem("memory")
    assert files.exists(f"/{name}")
    for file in files.glob(f"/{name}*"):
        files.rm(file)
    assert {path.name for path in tmp_path.iterdir()} == {"in.tsv", "plan"}


def test_an_object_store_as_disk(bucket: str, inputs: dict[str, Path], tmp_path: Path) -> None:
    check_elsewhere(bucket, inputs, tmp_path)


def test_inputs_on_the_web(web: str, inputs: dict[str, Path], tmp_path: Path) -> None:
    pytest.importorskip("aiohttp", reason="aiohttp is not installed, which fsspec reads the web with")
    whole = label_file(inputs["lines.jsonl"], tmp_path / "here.jsonl", run=ONE, build_parser=build_parser)
    there = label_file(f"{web}/lines.jsonl?v=1", tmp_path / "there.jsonl", run=ONE, build_parser=build_parser)
    assert there.fingerprint == whole.fingerprint
    with pytest.raises(InputError, match="does not exist"):
        label_file(f"{web}/none.jsonl", tmp_path / "none.jsonl", run=ONE, build_parser=build_parser)


def test_what_is_wrong_with_a_url_is_said(memory: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InputError, match=r"memory://.*/none.tsv does not exist"):
        list(read_captions(f"{memory}/none.tsv"))
    with pytest.raises(InputError, match="no file matches memory://"):
        read_captions(f"{memory}/*.tsv")
    with pytest.raises(UsageError, match="nowhere"):
        list(read_captions("nowhere://a/b.tsv"))
    monkeypatch.setitem(sys.modules, "fsspec.core", None)
    with pytest.raises(MissingResourceError, match=r"pip install 'capparse\[remote\]'"):
        list(read_captions("memory://a/b.tsv"))
