"""`parley evaluate` on small folders, through the running cluster."""

import json
from pathlib import Path
from typing import Any

import cv2
import insightface
import media_samples
import pytest
import skimage.data
from running_parley import Parley

from loadtests.script import load_script

pytestmark = pytest.mark.cluster


def write_manifest(folder: Path, lines: list[dict[str, Any]]) -> None:
    (folder / "manifest.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))


def test_speech_is_measured_against_the_bare_engine(parley: Parley, tmp_path: Path) -> None:
    lines: list[dict[str, Any]] = []
    for language in ("zh", "en"):
        answer = load_script(language).answers[1]  # type: ignore[arg-type]
        (tmp_path / answer.speech.name).write_bytes(answer.speech.read_bytes())
        lines.append({"path": answer.speech.name, "ref": answer.spoken, "lang": language})
    (tmp_path / "music.webm").write_bytes(media_samples.music(5))
    (tmp_path / "corrupt.wav").write_bytes(media_samples.text_named_mp4())
    lines += [{"path": "music.webm", "ref": "", "label": "no_speech"}, {"path": "corrupt.wav", "ref": "", "lang": "en"}]
    write_manifest(tmp_path, lines)
    done = parley.command("evaluate", "speech", str(tmp_path), "--json")
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert (result["files"], result["errors"], result["hallucinated"]) == (4, 1, 0)
    assert result["wer"] <= result["bare_wer"] + 0.05 < 0.2
    assert result["cer"] <= result["bare_cer"] + 0.05 < 0.2
    assert result["rtfx"] > 0 and result["bare_rtfx"] > 0


def test_faces_are_measured(parley: Parley, tmp_path: Path) -> None:
    images = Path(insightface.__file__).parent / "data" / "images"
    (tmp_path / "six.jpg").write_bytes((images / "t1.jpg").read_bytes())
    cv2.imwrite(str(tmp_path / "one.png"), skimage.data.astronaut()[:, :, ::-1])
    cv2.imwrite(str(tmp_path / "none.png"), skimage.data.coffee()[:, :, ::-1])
    (tmp_path / "corrupt.png").write_bytes(b"no picture")
    counts = {"six.jpg": 6, "one.png": 1, "none.png": 0, "corrupt.png": 1}
    write_manifest(tmp_path, [{"path": path, "faces": faces} for path, faces in counts.items()])
    done = parley.command("evaluate", "faces", str(tmp_path), "--json")
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert (result["pictures"], result["faces_expected"], result["faces_found"]) == (3, 7, 7)
    assert (result["false_faces"], result["errors"]) == (0, 1)


def test_a_folder_without_a_manifest_is_told_in_one_line(parley: Parley, tmp_path: Path) -> None:
    done = parley.command("evaluate", "speech", str(tmp_path))
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("parley: There is no manifest.jsonl in")
    assert "Traceback" not in done.stderr
