"""The face before a candidate's camera, compared with a document or the photo on file."""

from anyio import to_thread

from models.faces.comparison import Comparison, compare_faces
from models.faces.contract import Face, Stretch, Track
from models.faces.picture import PictureError, read_picture
from serving.analysts import Analysts
from storage.errors import Unavailable
from storage.identity.records import FaceVerdict


async def check_face(analysts: Analysts, live: bytes, reference: bytes) -> FaceVerdict:
    """Whether two encoded pictures show the same person. Neither they nor vectors of their faces are kept.

    Raises Unavailable where the engine gave way to its next version meanwhile: vectors of two cannot be compared.
    """
    model = (await analysts.names())["faces"]
    found = await _compare(analysts, live, reference)
    if (await analysts.names())["faces"] != model:
        raise Unavailable("engine-replaced", "A model gave way to its next version while it was used.")
    return FaceVerdict(found.verdict, found.reason, model)


async def _compare(analysts: Analysts, live: bytes, reference: bytes) -> Comparison:
    try:
        faces = await _faces(analysts, live)
    except PictureError:
        return Comparison("unsure", "unreadable")
    try:
        others = await _faces(analysts, reference)
    except PictureError:
        return Comparison("unsure", "reference_unreadable")
    return compare_faces(faces, others, await analysts.identity_rule())


async def _faces(analysts: Analysts, picture: bytes) -> list[Face]:
    frame = await to_thread.run_sync(read_picture, picture)
    # It is compared, never read for expressions.
    [faces] = (await analysts.follow(Stretch([frame], Track(expressions=False)))).faces
    return faces
