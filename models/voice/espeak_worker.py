"""The process that writes words in phonemes: `python -m models.voice.espeak_worker`, a line in, a line out.

In: a JSON list, the name of an eSpeak NG voice and the stretches of text. Out: the list of what is said, in IPA, with
`^` between the letters of one sound. It ends with its input. eSpeak NG is a C library under the GPL that reads what
people wrote: it is loaded here alone.
"""

import ctypes
import json
import sys

import espeakng_loader

# Source: eSpeak NG, speak_lib.h.
_AUDIO_RETRIEVAL, _NO_EXIT, _UTF8 = 1, 0x8000, 1
_IPA, _TIED = 0x02, 0x80 | (ord("^") << 8)


def main() -> None:
    library = ctypes.CDLL(espeakng_loader.get_library_path())
    library.espeak_TextToPhonemes.restype = ctypes.c_char_p
    library.espeak_TextToPhonemes.argtypes = [ctypes.POINTER(ctypes.c_char_p), ctypes.c_int, ctypes.c_int]
    if library.espeak_Initialize(_AUDIO_RETRIEVAL, 0, espeakng_loader.get_data_path().encode(), _NO_EXIT) < 0:
        sys.exit("eSpeak NG does not start: is espeakng-loader installed in full?")
    for line in sys.stdin:
        voice, *texts = json.loads(line)
        if library.espeak_SetVoiceByName(voice.encode()) != 0:
            sys.exit(f"eSpeak NG has no voice {voice}")
        print(json.dumps([_phonemes(library, text) for text in texts]), flush=True)


def _phonemes(library: ctypes.CDLL, text: str) -> str:
    # Each call takes a clause, and moves the pointer on behind it.
    rest = ctypes.c_char_p(text.encode())
    clauses: list[bytes] = []
    while rest.value:
        clauses.append(library.espeak_TextToPhonemes(ctypes.byref(rest), _UTF8, _IPA | _TIED) or b"")
    return b" ".join(clauses).decode().strip()


if __name__ == "__main__":
    main()
