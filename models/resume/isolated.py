"""Reading a résumé file in a process of its own, so that a hostile one can take neither time nor memory from others."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Annotated, BinaryIO

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from models.resume.limits import MAX_BYTES, MAX_CHARACTERS, RESULT_BYTES, WALL_S
from models.resume.problems import RefusalCode, ResumeProblem, UnreadableResume

COMMAND = [sys.executable, "-P", "-m", "models.resume.worker"]
# Only where our code is: what else stands in this process's environment is none of a file's business.
ENVIRONMENT = {"PYTHONPATH": str(Path(__file__).parents[2])}


class ExtractedText(BaseModel):
    """The worker's answer: the file's text, clean, and what is wrong with it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    text: Annotated[str, Field(max_length=MAX_CHARACTERS)]
    problems: tuple[ResumeProblem, ...]


class _Refusal(BaseModel):
    model_config = ConfigDict(extra="forbid")

    refused: RefusalCode


_ANSWER: TypeAdapter[ExtractedText | _Refusal] = TypeAdapter(ExtractedText | _Refusal)


def extract_isolated(data: bytes) -> ExtractedText:
    """Extract a résumé file's text in a child process under limits of CPU time, memory, output and wall time.

    Blocks for up to 30 s. Raises UnreadableResume for a file that is refused or exceeds the limits, and RuntimeError
    where the child itself does not work.
    """
    if not data:
        raise UnreadableResume("resume-empty")
    if len(data) > MAX_BYTES:
        raise UnreadableResume("resume-too-large")
    # Files in memory: they cannot block as pipes do, the limit on file sizes holds for them, and nothing of a
    # candidate's touches a disk.
    with _memory("resume") as source, _memory("text") as result:
        source.write(data)
        source.seek(0)
        try:
            child = subprocess.run(
                COMMAND,
                stdin=source,
                stdout=result,
                stderr=subprocess.DEVNULL,
                timeout=WALL_S,
                env=ENVIRONMENT,
                cwd="/",
            )
        except subprocess.TimeoutExpired as error:
            raise UnreadableResume("resume-too-complex") from error
        result.seek(0)
        written = result.read(RESULT_BYTES)
    if child.returncode in (-signal.SIGKILL, -signal.SIGXCPU):
        raise UnreadableResume("resume-too-complex")
    if child.returncode < 0:  # a library has crashed on the file
        raise UnreadableResume("resume-damaged")
    if child.returncode:
        raise RuntimeError(f"the résumé worker ended with status {child.returncode}: is Parley installed in full?")
    try:
        answer = _ANSWER.validate_json(written)
    except ValidationError:  # whose message would quote the résumé
        raise UnreadableResume("resume-damaged") from None
    if isinstance(answer, _Refusal):
        raise UnreadableResume(answer.refused)
    return answer


def _memory(name: str) -> BinaryIO:
    return os.fdopen(os.memfd_create(name), "w+b")
