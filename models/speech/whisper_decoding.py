"""What every engine that runs Whisper does alike, whatever computes the network.

Every segment fits one window, so there is no seeking, no timestamp tokens and no text carried over from
the segment before, with which Whisper's loops and inventions begin; word times come from its cross-attention.
"""

from collections.abc import Callable, Sequence

import tokenizers
from faster_whisper.tokenizer import Tokenizer

from models.speech.contract import Segment
from models.speech.finite import check_finite
from models.speech.guard import Hypothesis, is_invented, is_repetitive, is_sparse
from models.speech.transcript import Language, Transcript

LANGUAGES: tuple[Language, ...] = ("zh", "en")
# Measured with Whisper base, int8, one thread: beam 5 against greedy is 16.0 against 18.6 % CER (AISHELL-1) and 7.3
# against 8.0 % WER (LibriSpeech test-other and telephone prompts) for 6 to 8 % more time, most of which the encoder
# takes. A Mandarin prompt that asks for Simplified makes it 16.8 % CER, so there is none.
BEAM_SIZE = 5
# Whisper was trained on windows of 30 s, but needs no more of them than what was said and some silence. Measured as
# above, a segment in the shortest of these windows that leaves the silence takes half the time, with 7.4 % WER and
# 16.3 % CER (whole windows: 7.3 and 16.0), and 18.7 instead of 21.4 % WER on unscripted speech; from 15 s on, the
# shortest window would give 7.5 and 17.7 %.
WINDOWS_S = (20, 25, 30)
SILENCE_S = 4.0
# Nobody says more than this many tokens a second: bounds the time a loop can take.
TOKENS_PER_SECOND, TOKENS_AT_LEAST = 15, 24

# Decodes one row of the batch once more, without repeated trigrams, and with timestamp tokens or not.
DecodeAgain = Callable[[int, bool], Hypothesis]


def in_windows(
    segments: Sequence[Segment], transcribe: Callable[[Sequence[Segment], int], list[Transcript]]
) -> list[Transcript]:
    """A transcript per segment; `transcribe` is called with those that fit the same window, and its seconds.

    A segment's window is its own, whatever it is batched with: so is its transcript.
    """
    transcripts: dict[int, Transcript] = {}
    windows = [window_s(segment) for segment in segments]
    for seconds in WINDOWS_S:
        rows = [row for row, own in enumerate(windows) if own == seconds]
        if rows:
            transcripts.update(zip(rows, transcribe([segments[row] for row in rows], seconds), strict=True))
    return [transcripts[row] for row in range(len(segments))]


def window_s(segment: Segment) -> int:
    """The seconds of the window in which a segment is heard."""
    return next((seconds for seconds in WINDOWS_S if segment.seconds + SILENCE_S <= seconds), WINDOWS_S[-1])


def language_tokenizers(shared: tokenizers.Tokenizer) -> dict[Language, Tokenizer]:
    """A tokenizer for each language, from the one that the model comes with."""
    return {language: Tokenizer(shared, True, task="transcribe", language=language) for language in LANGUAGES}


def languages_of(segments: Sequence[Segment], detect: Callable[[list[int]], list[Language]]) -> list[Language]:
    """Each segment's language; `detect` gives that of the rows which leave it open."""
    unknown = [row for row, segment in enumerate(segments) if segment.language is None]
    detected = dict(zip(unknown, detect(unknown), strict=True)) if unknown else {}
    return [segment.language or detected[row] for row, segment in enumerate(segments)]


def prompt_of(tokenizer: Tokenizer, timestamps: bool) -> list[int]:
    """The tokens that the decoder starts from."""
    start: list[int] = tokenizer.sot_sequence
    return [*start] if timestamps else [*start, tokenizer.no_timestamps]


def longest_output(segments: Sequence[Segment], prompt: Sequence[int]) -> int:
    """The most positions of the decoder that a batch may take, the prompt's among them."""
    longest = max(segment.seconds for segment in segments)
    return len(prompt) + int(longest * TOKENS_PER_SECOND) + TOKENS_AT_LEAST


def spoken_tokens(
    engine: str, hypotheses: Sequence[Hypothesis], segments: Sequence[Segment], again: DecodeAgain
) -> list[list[int]]:
    """The text tokens of each segment after the guards: loops and skips are decoded again, inventions are left out.

    Raises NotFinite where a hypothesis does not carry numbers.
    """
    check_finite(engine, [(said.average_logprob, said.no_speech_probability) for said in hypotheses])
    spoken = []
    for row, (hypothesis, segment) in enumerate(zip(hypotheses, segments, strict=True)):
        sparse = is_sparse(hypothesis, segment)
        if sparse or is_repetitive(hypothesis):
            # Having to tell times keeps the decoder from jumping ahead.
            second = again(row, sparse)
            if not sparse or len(second.tokens) > len(hypothesis.tokens):
                hypothesis = second
        spoken.append([] if is_invented(hypothesis, segment) else hypothesis.tokens)
    return spoken
