"""Kokoro-82M: phonemes and the style of a voice in, sound out."""

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.graphs.onnx_graph import OnnxGraph
from models.speech.transcript import Language
from models.voice.contract import NothingToSay, Speech, Text
from models.voice.english import English
from models.voice.joining import joined
from models.voice.phonemes import pieces, sentence_phonemes
from models.voice.spoken import sentences

# Of a voice's styles one is for each length of a piece, in phonemes.
_LONGEST, _STYLE = 510, 256
# Of a style, what the voice sounds like; behind it, how it moves: pace, pitch and stress.
_TIMBRE = 128
# A candidate under stress listens once: a little slower than Kokoro's own pace.
_SPEED = 0.95


class Kokoro:
    """A `Synthesizer` whose voices are files of styles, float32 [510, 1, 256]; close() ends its helper process."""

    def __init__(
        self, network: Path, vocabulary: Path, voices: Mapping[Language, Path], name: str, device: str, threads: int
    ) -> None:
        """Load for "cpu" or "cuda". Raises NoAccelerator or GraphError, and ValueError for a file that is no voice."""
        self.name, self.languages = name, tuple(sorted(voices))
        self._ids: dict[str, int] = json.loads(vocabulary.read_text(encoding="utf-8"))["vocab"]
        self._styles = {language: _styles(path) for language, path in voices.items()}
        self._graph = OnnxGraph(network.read_bytes(), device, threads)
        self._english = English()

    def speak(self, texts: Sequence[Text]) -> list[Speech]:
        """See `Synthesizer.speak`. The graph takes one piece at a time."""
        return [self._speak(text) for text in texts]

    def close(self) -> None:
        """End the helper process."""
        self._english.close()

    def unknown(self, text: Text) -> set[str]:
        """The phonemes of a text that the network does not know: it leaves them out."""
        return set("".join(self._phonemes(text))) - set(self._ids)

    def _phonemes(self, text: Text) -> list[str]:
        return [sentence_phonemes(sentence, self._english) for sentence in sentences(text.text, text.language)]

    def _speak(self, text: Text) -> Speech:
        if text.language not in self._styles:
            raise NothingToSay(f"There is no voice that speaks {text.language}.")
        said = self._phonemes(text)
        found = [piece for each in said for piece in pieces(self._known(each), _LONGEST)]
        # Punctuation alone makes a sound too, of nothing.
        spoken = [piece for piece in found if re.search(r"\w", piece)]
        samples = joined([self._piece(piece, self._style(text)) for piece in spoken])
        if not len(samples):
            raise NothingToSay("There is nothing in the text that can be spoken.")
        return Speech(samples)

    def _style(self, text: Text) -> NDArray[np.float32]:
        """A Chinese voice says English words too unclearly: where they are, an English one says all, in its rhythm."""
        own, english = self._styles[text.language], self._styles.get("en")
        if text.language == "en" or english is None or not re.search(r"[A-Za-z]", text.text):
            return own
        return np.concatenate([english[..., :_TIMBRE], own[..., _TIMBRE:]], axis=-1)

    def _known(self, phonemes: str) -> str:
        return "".join(letter for letter in phonemes if letter in self._ids)

    def _piece(self, phonemes: str, styles: NDArray[np.float32]) -> NDArray[np.float32]:
        ids = [self._ids[letter] for letter in phonemes]
        tensors = {
            "tokens": np.array([[0, *ids, 0]], np.int64),
            "style": styles[len(ids) - 1],
            "speed": np.array([_SPEED], np.float32),
        }
        [sound] = self._graph.run(tensors)
        samples: NDArray[np.float32] = np.clip(sound.astype(np.float32).ravel(), -1, 1)
        if not np.isfinite(samples).all():
            raise ValueError("the voice computed no numbers")
        return samples


def _styles(path: Path) -> NDArray[np.float32]:
    styles = np.fromfile(path, np.float32)
    if styles.size != _LONGEST * _STYLE:
        raise ValueError(f"{path.name} is no voice of Kokoro-82M")
    return styles.reshape(_LONGEST, 1, _STYLE)
