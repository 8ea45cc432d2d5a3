from typing import get_args

import pytest
from language_samples import transcript
from pydantic import ValidationError

from models.observation import Observation, ObservationKind
from models.scoring.answer import Answer, DeliveryKind, DeliveryObservation, delivery_only
from models.scoring.score import ScoreRequest

pytestmark = pytest.mark.unit

PAGE_KINDS = ("tab_hidden", "window_blurred", "camera_lost", "microphone_muted", "paste", "device_changed")
FACE_KINDS = ("no_face", "many_faces", "gaze_away", "frown", "smile", "blink", "identity")


def seen(kind: str) -> Observation:
    return Observation.model_validate({"kind": kind, "start": 0.0, "end": 1.0})


@pytest.mark.parametrize("kind", [*FACE_KINDS, *PAGE_KINDS, "another_voice"])
def test_no_observation_of_a_face_a_page_or_another_voice_can_enter_scoring(kind: str) -> None:
    with pytest.raises(ValidationError):
        DeliveryObservation.model_validate(dict(seen(kind)))
    with pytest.raises(ValidationError):
        Answer.model_validate({"transcript": None, "delivery": [seen(kind)]})
    assert delivery_only([seen(kind)]) == ()


def test_every_kind_is_known_to_be_of_speech_or_not() -> None:
    others = {"keyword", "another_voice", *FACE_KINDS, *PAGE_KINDS}
    assert {*get_args(DeliveryKind), *others} == set(get_args(ObservationKind))


def test_a_request_holds_nothing_else() -> None:
    assert set(ScoreRequest.model_fields) == {"question", "answer"}
    assert set(Answer.model_fields) == {"transcript", "delivery", "written"}


def test_observations_of_speech_pass_in_order() -> None:
    chosen = delivery_only([seen("pause"), seen("smile"), seen("filler")])

    assert [observation.kind for observation in chosen] == ["pause", "filler"]
    assert Answer(transcript=transcript("hello"), delivery=chosen).delivery == chosen
