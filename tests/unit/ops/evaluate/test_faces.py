import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from models.faces.contract import Face, IdentityRule
from ops.evaluate.faces import FaceCounts, FacesEvaluation, evaluate_faces

pytestmark = pytest.mark.unit
Picture = NDArray[np.uint8]


def analyse(pictures: list[Picture]) -> list[list[Face]]:
    """Sees in a picture what its colour says: red the number of faces, green the person, blue the happiness."""
    seen = []
    for picture in pictures:
        count, person, happy = (int(value) // 10 for value in picture[0, 0])
        expressions = np.array([1 - happy / 10, happy / 10, 0, 0, 0, 0, 0], np.float32)
        embedding = np.array([person], np.float32)
        face = Face(
            np.zeros(4, np.float32), 0.9, np.zeros((5, 2), np.float32), None, None, None, embedding, expressions
        )
        seen.append([face] * count)
    return seen


def distance(a: NDArray[np.float32], b: NDArray[np.float32]) -> float:
    return float(abs(a - b)[0])


def evaluate(data: Path) -> FacesEvaluation:
    return evaluate_faces(data, analyse, engine="by colour", rule=IdentityRule("euclidean", 0.5))


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "people"
    folder.mkdir()
    (folder / "manifest.jsonl").touch()
    return folder


def add(data: Path, name: str, seen: tuple[int, int, int] | None, **fields: Any) -> None:
    """A picture in which `seen` faces, person and happiness (0..10) show, or a corrupt one; its manifest line."""
    if seen is None:
        (data / name).write_bytes(b"\xff\xd8 not much of a jpeg")
    else:
        colour = tuple(value * 10 + 5 for value in seen)
        Image.new("RGB", (8, 8), colour).save(data / name)
    with (data / "manifest.jsonl").open("a") as manifest:
        manifest.write(json.dumps({"path": f"people/{name}", **fields}) + "\n")


def test_faces_are_counted_by_variant(data: Path) -> None:
    add(data, "found.png", (1, 0, 0), faces=1)
    add(data, "missed.png", (0, 0, 0), faces=1, condition="dark")
    add(data, "one-too-many.png", (4, 0, 0), faces=3)
    add(data, "one-too-few.png", (2, 0, 0), faces=3)
    add(data, "ghost.png", (2, 0, 0), faces=0)
    result = evaluate(data)
    assert (result.pictures, result.faces_expected, result.faces_found, result.false_faces) == (5, 8, 6, 3)
    assert result.variants == {
        "clean": FaceCounts(pictures=1, faces_expected=1, faces_found=1, false_faces=0),
        "dark": FaceCounts(pictures=1, faces_expected=1, faces_found=0, false_faces=0),
        "several": FaceCounts(pictures=2, faces_expected=6, faces_found=5, false_faces=1),
        "non-face": FaceCounts(pictures=1, faces_expected=0, faces_found=0, false_faces=2),
    }
    assert result.frames_per_second is not None and result.frames_per_second > 0
    assert (result.identity_auc, result.identity_tpr, result.smile_auc, result.errors) == (None, None, None, 0)


def test_pairs_are_those_listed(data: Path) -> None:
    for name, person in {"a.png": 1, "b.png": 1, "c.png": 2, "d.png": 1}.items():
        add(data, name, (1, person, 0), faces=1)
    add(data, "unseen.png", (0, 1, 0), faces=1)
    pairs = [("a", "b", True), ("a", "c", False), ("c", "d", True), ("a", "unseen", True), ("b", "d", False)]
    lines = [json.dumps({"a": f"{a}.png", "b": f"{b}.png", "same": same}) for a, b, same in pairs]
    (data / "pairs.jsonl").write_text("\n".join(lines) + "\n")
    result = evaluate(data)
    assert (result.same_pairs, result.different_pairs) == (3, 2)
    assert result.identity_tpr == pytest.approx(1 / 3)  # c is another person than d, and no face was seen in unseen.png
    assert result.identity_fpr == pytest.approx(1 / 2)
    # (a, b) ties with (b, d) and beats (a, c); (c, d) loses and ties; the unseen pair loses twice.
    assert result.identity_auc == pytest.approx((0.5 + 1 + 0 + 0.5 + 0 + 0) / 6)
    assert result.identity_threshold == 0.5


def test_pairs_are_derived_from_persons_in_undamaged_pictures_of_one_face(data: Path) -> None:
    for name, person in {"a1.png": 1, "a2.png": 1, "b1.png": 2, "c1.png": 3}.items():
        add(data, name, (1, person, 0), faces=1, person=str(person))
    add(data, "dark.png", (1, 9, 0), faces=1, person="1", condition="dark")
    add(data, "group.png", (2, 9, 0), faces=2, person="1")
    add(data, "unknown.png", (1, 9, 0), faces=1)
    result = evaluate(data)
    assert (result.same_pairs, result.different_pairs) == (1, 5)
    assert (result.identity_auc, result.identity_tpr, result.identity_fpr) == (1, 1, 0)


def test_smiles_are_compared_where_they_were_seen(data: Path) -> None:
    for n, (label, happy) in enumerate([("neutral", 1), ("neutral", 6), ("happy", 5), ("happy", 9)]):
        add(data, f"{n}.png", (1, 0, happy), faces=1, label=label)
    add(data, "missed.png", (0, 0, 0), faces=1, label="happy")
    add(data, "dark.png", (1, 0, 0), faces=1, label="happy", condition="dark")
    result = evaluate(data)
    assert (result.neutral_faces, result.happy_faces) == (2, 2)
    assert result.smile_auc == pytest.approx(3 / 4)


def test_what_cannot_be_read_is_an_error_and_the_run_goes_on(data: Path) -> None:
    add(data, "corrupt.jpg", None, faces=1)
    with (data / "manifest.jsonl").open("a") as manifest:
        manifest.write('{"path": "people/gone.png", "faces": 1}\n{"path": "people/uncounted.png"}\nnot json\n')
    add(data, "fine.png", (1, 0, 0), faces=1)
    result = evaluate(data)
    assert (result.pictures, result.faces_found) == (1, 1)
    assert {failure.path for failure in result.error_files} == {
        "people/corrupt.jpg",
        "people/gone.png",
        "people/uncounted.png",
        f"{data / 'manifest.jsonl'}:4",
    }


def test_paths_may_count_from_the_folder_the_one_above_or_its_former_name(data: Path) -> None:
    add(data, "a.png", (1, 0, 0), faces=1)
    (data / "manifest.jsonl").write_text(
        "".join(f'{{"path": "{path}", "faces": 1}}\n' for path in ("a.png", "people/a.png", "formerly/a.png"))
    )
    result = evaluate(data)
    assert (result.pictures, result.errors) == (1, 0)


def test_an_empty_folder_measures_nothing(data: Path) -> None:
    result = evaluate(data)
    assert (result.pictures, result.frames_per_second, result.identity_auc, result.smile_auc) == (0, None, None, None)
