"""What the pictures of one take show."""

import asyncio
import time

from models.faces.contract import Face, Stretch, Track
from models.faces.observe import observe
from models.media.pictures import Picture
from models.observation import Observation
from serving.analysts import Analysts
from serving.follower import Follower
from serving.waiting import next_batch

# Pictures of 640 x 480 are 0.9 MB each.
_PICTURES_AHEAD = 32
# What one call of the engine takes.
_PICTURES_AT_ONCE = 8
# How far behind a recording that goes on its pictures may fall, beside those that wait, before one is left out.
_PATIENCE_S = 5.0


class Seeing:
    """Follows the faces in a take's pictures, in order.

    `faces`: those of each picture, with its time. `thinned` counts pictures that were left out because the engine could
    not keep up, `spent` the seconds it worked.
    """

    def __init__(self, expressions: bool, analysts: Analysts, follower: Follower | None) -> None:
        self.faces: list[tuple[float, list[Face]]] = []
        self.thinned, self.spent = 0, 0.0
        self._expressions, self._analysts, self._follower = expressions, analysts, follower
        self._pictures: asyncio.Queue[Picture | None] = asyncio.Queue(_PICTURES_AHEAD)
        self._track = Track(expressions=expressions)

    async def put(self, picture: Picture) -> None:
        """Look at a picture soon. Waits where many wait; of a recording that goes on, one is left out in the end."""
        while True:
            try:
                async with asyncio.timeout(_PATIENCE_S):
                    return await self._pictures.put(picture)
            except TimeoutError:
                if self._follower is not None and self._follower.is_hurried():
                    self.thinned += 1
                    return await self._follower.delayed("pictures-left-out")

    async def end(self) -> None:
        """No more pictures come."""
        await self._pictures.put(None)

    async def run(self) -> None:
        """Look at the pictures until there are no more."""
        while batch := await next_batch(self._pictures, _PICTURES_AT_ONCE):
            started = time.perf_counter()
            followed = await self._analysts.follow(Stretch([picture.pixels for picture in batch], self._track))
            self.spent += time.perf_counter() - started
            self._track = followed.track
            self.faces += [(picture.time, found) for picture, found in zip(batch, followed.faces, strict=True)]
            if self._follower is not None:
                await self._follower.seen(self.observations())

    def observations(self) -> list[Observation]:
        """What was observed so far."""
        return observe(self.faces, self._expressions)
