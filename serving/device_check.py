"""The device check's samples: what a candidate's camera shows, and whether their microphone is understood.

A picture has at most 512 KB and a sentence at most 1 MB. They are looked at and forgotten: nothing of them is stored,
logged or remembered, and recordings never come this way. The engines treat them as they treat recordings, in the name
of the candidate's organisation.
"""

import io

from anyio import to_thread

from models.faces.contract import Stretch, Track
from models.faces.framing import judge_framing
from models.faces.picture import PictureError, read_camera_picture
from models.media.errors import MediaError
from models.speech.contract import Segment
from models.speech.recognition import SpeechReader, merge
from models.speech.transcript import Language
from models.speech.understood import agreement, judge_speech
from models.speech.vad import SileroVad
from serving.analysts import Analysts
from serving.unusable import Unusable
from storage.device_checks.records import PictureCheck, SpeechCheck

# A sentence takes five to ten seconds to read.
_LISTEN_S = 30.0


async def look(picture: bytes, analysts: Analysts) -> PictureCheck:
    """What a camera's JPEG shows. Raises Unusable where it is none, or one of an absurd size."""
    try:
        frame = await to_thread.run_sync(read_camera_picture, picture)
    except PictureError:
        raise Unusable("picture-unreadable", "This is not a JPEG picture that a camera takes.") from None
    # Who gets ready is never read for expressions.
    [faces] = (await analysts.follow(Stretch([frame], Track(expressions=False)))).faces
    framing = judge_framing(frame, faces)
    return PictureCheck(faces=framing.faces, verdict=framing.verdict, brightness=round(framing.brightness, 3))


async def hear(recording: bytes, language: Language, expected: str, analysts: Analysts, vad: SileroVad) -> SpeechCheck:
    """What is understood of the first 30 s of a sentence read aloud. Raises Unusable where it is no sound recording.

    The engine is not told what to expect: it would hear it in noise.
    """
    try:
        segments, seconds = await to_thread.run_sync(_segments, recording, language, vad)
    except MediaError as error:
        raise Unusable(error.code, error.message) from None
    text = merge(await analysts.transcribe(segments), "", language).text
    return SpeechCheck(
        text=text,
        expected=expected,
        agreement=round(agreement(expected, text), 3),
        seconds=round(seconds, 2),
        verdict=judge_speech(expected, text),
    )


def _segments(recording: bytes, language: Language, vad: SileroVad) -> tuple[list[Segment], float]:
    reader = SpeechReader(io.BytesIO(recording), vad, language, limit_s=_LISTEN_S)
    return list(reader.segments()), reader.seconds
