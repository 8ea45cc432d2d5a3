"""The face engine that the settings put on Triton tells its models' versions, and the next one when it appears."""

import time
from pathlib import Path

import numpy as np
import onnx
import pytest
import skimage.data

from models.faces.engines import faces_version, load_faces
from models.graphs.repository import Exported, write_repository
from models.settings import ModelSettings
from ops.triton.install import Installed
from ops.triton.server import TritonServer

pytestmark = pytest.mark.integration


def test_a_version_that_appears_on_triton_is_named_and_the_old_one_serves_on(
    triton_program: Installed, face_exports: list[Exported], models_dir: Path, tmp_path: Path
) -> None:
    frame = np.asarray(skimage.data.astronaut(), np.uint8)
    write_repository(tmp_path / "models", face_exports, "python")
    with TritonServer(triton_program, tmp_path / "models", tmp_path / "log", watch=True) as server:
        settings = ModelSettings(models_dir=models_dir, triton_url=server.url)
        old = load_faces(settings, "cpu", 1)
        versions = "centerface 1, face-landmarks 1, face-expressions 1, face-identity 1"
        assert faces_version(settings) == versions and old.name.endswith(f" on Triton ({versions})")

        detector = onnx.load_from_string(face_exports[0].graph)
        detector.doc_string = "the same detector in other bytes"
        again = Exported(face_exports[0].name, detector.SerializeToString(), face_exports[0].max_batch)
        write_repository(tmp_path / "models", [again], "python")
        give_up = time.monotonic() + 60
        while faces_version(settings) == versions and time.monotonic() < give_up:
            assert [len(faces) for faces in old.analyse([frame])] == [1]
        new = load_faces(settings, "cpu", 1)
        assert "(centerface 2, face-landmarks 1," in new.name
        for engine in (old, new):
            assert [len(faces) for faces in engine.analyse([frame])] == [1]
