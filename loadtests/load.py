"""The load of one profile: its interviews, its recordings, and who plays what."""

from dataclasses import dataclass
from typing import Literal

from loadtests.chunks import Chunk, cut, tagged
from loadtests.client import Client, Json
from loadtests.patience import patiently_now
from loadtests.profile import Profile
from loadtests.recording import SAMPLE_RATE, candidate_picture, compose, decode
from loadtests.script import Script, load_script
from loadtests.take import Take

Language = Literal["zh", "en"]

# What the front itself asks for while a report isn't ready.
_REPORT_POLL_S = 2.0


@dataclass(frozen=True)
class Sitting:
    """A candidate's session and what they answer in it."""

    session: Json
    takes: list[Take]


class Load:
    """Interviews created with `client`, one for each language, and recordings composed once for all candidates."""

    def __init__(self, client: Client, profile: Profile) -> None:
        self._client, self._profile = client, profile
        self._scripts: dict[Language, Script] = {language: load_script(language) for language in profile.languages}
        self._interviews = {language: client.create_interview(script) for language, script in self._scripts.items()}
        self._recordings = {
            (language, question, variant): self._record(language, question, variant)
            for language, script in self._scripts.items()
            for question in range(1, len(script.answers) + 1)
            for variant in range(profile.recordings)
        }

    def invite(self, number: int) -> Sitting:
        """Invite the candidate of that number (from 0); the number decides the language, recordings and faults."""
        profile = self._profile
        language = profile.languages[number % len(profile.languages)]
        script = self._scripts[language]
        session = patiently_now(
            profile.patience_s, self._client.invite, self._interviews[language], f"{script.candidate} {number}"
        )
        variant = number // len(profile.languages) % profile.recordings
        return Sitting(
            session,
            [
                self._take(self._recordings[language, question, variant], session, number, question)
                for question in range(1, len(script.answers) + 1)
            ],
        )

    def await_report(self, session: Json) -> Json:
        """The report; raises TimeoutError where it isn't there within the profile's time, Refused where it never is."""
        within_s = self._profile.report_within_s
        return patiently_now(within_s, self._client.await_report, session, within_s, _REPORT_POLL_S)

    def _take(self, chunks: list[Chunk], session: Json, number: int, question: int) -> Take:
        chunks = tagged(chunks, session["id"].encode())
        # Each take of each candidate has a seed of its own.
        seed = self._profile.seed + 1000 * number + question
        return Take(question, chunks, self._profile.faults.draw(len(chunks), seed))

    def _record(self, language: Language, question: int, variant: int) -> list[Chunk]:
        speech = decode(self._scripts[language].answers[question - 1].speech)
        wanted = round(self._profile.answer_s * SAMPLE_RATE)
        begins = variant * wanted % len(speech)
        recording = compose(speech[begins : begins + wanted], candidate_picture(), self._profile.answer_s)
        return cut(recording, self._profile.chunk_s)
