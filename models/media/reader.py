"""One pass over a recording, whole or still growing: its sound and its pictures, as they come."""

from collections.abc import Iterator

import av
from av.container import InputContainer
from av.error import FFmpegError
from av.packet import Packet
from av.stream import Stream

from models.media.container import OpenMedia, Source, is_decodable, open_media, start_seconds, video_stream
from models.media.errors import AudioProblem, MediaProblem
from models.media.pictures import Picture, PictureTrack
from models.media.sound import Sound, SoundTrack

# A file whose last time stamp misses its own declared duration by more than this was cut off.
SHORTFALL_S = 1.0
# Containers that declare their duration; in the others FFmpeg estimates it from the bit rate.
DECLARING = {"matroska", "matroska,webm", "mov", "mov,mp4,m4a,3gp,3g2,mj2", "wav", "flac", "avi", "asf", "flv"}


class MediaReader:
    """The sound and the sampled pictures of `source`, in constant memory.

    `frames_per_second` None leaves the pictures out, `sound` False the sound; nothing after `limit_s` seconds is given.
    `gaps` ((start, end) in seconds, where sound is missing and silence stands for it) grow. `problems` are whole after
    the last event; `missing-parts` is a gap without anything corrupt that would explain it. `media-no-audio` and
    `media-no-video` tell of a track that was wanted and is not there, `media-empty` and `media-unreadable` of a sound
    track without sound, or of which nothing could be decoded.
    """

    def __init__(
        self,
        source: Source,
        frames_per_second: float | None = 2.0,
        max_side: int = 640,
        limit_s: float | None = None,
        sound: bool = True,
    ) -> None:
        self.problems: set[AudioProblem | MediaProblem] = set()
        self.gaps: list[tuple[float, float]] = []
        self._source = source
        self._sound = sound
        self._frames_per_second, self._max_side, self._limit_s = frames_per_second, max_side, limit_s

    def events(self) -> Iterator[Sound | Picture]:
        """Each as soon as it is decoded: sound without gaps and at most 0.1 s behind what was read of the source.

        Waits where a growing source has nothing to read. Raises MediaError `media-empty` or `media-unreadable` where
        the source cannot be opened; MediaAborted.
        """
        with open_media(self._source) as media:
            sound, pictures = self._tracks(media.container)
            tracks = [track for track in (sound, pictures) if track is not None]
            for packet in self._packets(media, pictures):
                for track in tracks:
                    if track.index == packet.stream.index:
                        yield from track.push(packet)
                if all(track.done for track in tracks):
                    break
            if sound is not None:
                yield from sound.finish()
                self._judge(sound)

    def _tracks(self, container: InputContainer) -> tuple[SoundTrack | None, PictureTrack | None]:
        start = start_seconds(container)
        sound, pictures = None, None
        audio = next((stream for stream in container.streams.audio if is_decodable(stream)), None)
        if self._sound and audio is not None:
            sound = SoundTrack(audio, start, self._limit_s)
            self.gaps = sound.gaps
        elif self._sound:
            self.problems.add("media-unreadable" if container.streams.audio else "media-no-audio")
        if self._frames_per_second is not None:
            video = video_stream(container)
            if video is None:
                self.problems.add("media-no-video")
            else:
                pictures = PictureTrack(video, start, self._frames_per_second, self._max_side, self._limit_s)
        return sound, pictures

    def _packets(self, media: OpenMedia, pictures: PictureTrack | None) -> "Iterator[Packet[Stream]]":
        """The packets of every track, so that sound that is shorter than its pictures does not look cut off."""
        container = media.container
        last, holes = 0.0, 0
        try:
            for packet in container.demux():
                last = max(last, _end(packet))
                while holes < len(media.holes) and (packet.pos is None or packet.pos >= media.holes[holes]):
                    holes += 1
                    if pictures is not None:
                        pictures.interrupt()
                yield packet
        except FFmpegError:
            self.problems.add("ends-early")
        if media.holes:
            self.problems.add("corrupt-parts")
        declared = container.duration if container.format.name in DECLARING else None
        short = declared is not None and last - start_seconds(container) < declared / av.time_base - SHORTFALL_S
        if media.cut_off or short:
            self.problems.add("ends-early")

    def _judge(self, sound: SoundTrack) -> None:
        self.problems |= sound.problems
        if sound.gaps and "corrupt-parts" not in self.problems:
            self.problems.add("missing-parts")
        if sound.given == 0:
            self.problems.add("media-unreadable" if "corrupt-parts" in self.problems else "media-empty")


def _end(packet: "Packet[Stream]") -> float:
    if packet.pts is None:
        return 0.0
    return float((packet.pts + (packet.duration or 0)) * packet.time_base)
