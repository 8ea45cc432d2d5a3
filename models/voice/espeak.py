"""Words in IPA, from eSpeak NG in a process of its own."""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

COMMAND = [sys.executable, "-P", "-m", "models.voice.espeak_worker"]
# Only where our code is: nothing else of this process's environment is needed there.
ENVIRONMENT = {"PYTHONPATH": str(Path(__file__).parents[2])}


class EspeakLost(RuntimeError):
    """The process ended over a text, or does not start; the next text gets a new one."""


class Espeak:
    """One voice of eSpeak NG, as "en-us". Its process starts with the first text and ends with this one."""

    def __init__(self, voice: str) -> None:
        self._voice = voice
        self._process: subprocess.Popen[str] | None = None

    def phonemes(self, texts: Sequence[str]) -> list[str]:
        """What is said of each text, in IPA: stresses, `^` between the letters of one sound, no punctuation.

        Raises EspeakLost.
        """
        process = self._process = self._process or self._start()
        assert process.stdin is not None and process.stdout is not None  # they are pipes
        try:
            process.stdin.write(json.dumps([self._voice, *texts]) + "\n")
            process.stdin.flush()
            answer = process.stdout.readline()
        except BrokenPipeError:
            answer = ""
        if not answer:
            self.close()
            raise EspeakLost("eSpeak NG ended: is Parley installed in full?")
        found: list[str] = json.loads(answer)
        return found

    def close(self) -> None:
        """End the process; the next text starts another."""
        if self._process is not None:
            with self._process as process:
                process.kill()
            self._process = None

    def _start(self) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            COMMAND,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=ENVIRONMENT,
            cwd="/",
        )
