"""A manifest is read whatever its folder looks like, and what is wrong with it is told."""

import json
from pathlib import Path

import pytest

from ops.evaluate.manifest import BadLine, Entry, ManifestError, read_manifest

pytestmark = pytest.mark.unit


def write(folder: Path, *lines: object) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    text = "\n".join(line if isinstance(line, str) else json.dumps(line, ensure_ascii=False) for line in lines)
    (folder / "manifest.jsonl").write_text(text, encoding="utf-8")


def test_paths_count_from_the_folder_or_from_its_parent(tmp_path: Path) -> None:
    write(tmp_path / "asr", {"path": "a.wav"}, {"path": "asr/b.wav", "ref": "你好"}, {"path": "missing.wav"})
    for name in ("a.wav", "b.wav"):
        (tmp_path / "asr" / name).touch()
    entries = [entry for entry in read_manifest(tmp_path / "asr") if isinstance(entry, Entry)]
    assert [entry.path.resolve() for entry in entries] == [
        tmp_path / "asr" / n for n in ("a.wav", "b.wav", "missing.wav")
    ]
    assert entries[1].fields["ref"] == "你好"


def test_a_parent_of_several_folders(tmp_path: Path) -> None:
    write(tmp_path / "one", {"path": "one/a.wav"})
    write(tmp_path / "two", {"path": "two/b.wav"}, "")
    assert [entry.fields["path"] for entry in read_manifest(tmp_path) if isinstance(entry, Entry)] == [
        "one/a.wav",
        "two/b.wav",
    ]


def test_a_bad_line_is_named_and_the_others_are_read(tmp_path: Path) -> None:
    write(tmp_path, "{not json", {"ref": "no path"}, "[1]", {"path": "a.wav"})
    lines = list(read_manifest(tmp_path))
    assert [line.where.rpartition(":")[2] for line in lines if isinstance(line, BadLine)] == ["1", "2", "3"]
    assert isinstance(lines[3], Entry)


def test_no_manifest(tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match=r"no manifest\.jsonl"):
        read_manifest(tmp_path)
