"""The process that reads one résumé: `python -m models.resume.worker < FILE` writes JSON.

Either `{"text": ..., "problems": [...]}` or `{"refused": CODE}`. It ends with another status than 0 only where it is
itself broken or a limit ended it.
"""

import json
import sys
from typing import Any

from models.resume.extract import extract
from models.resume.limits import MAX_BYTES, limit_this_process
from models.resume.problems import UnreadableResume


def main() -> None:
    limit_this_process()
    sys.stdout.buffer.write(json.dumps(_answer(sys.stdin.buffer.read(MAX_BYTES + 1)), ensure_ascii=False).encode())


def _answer(data: bytes) -> dict[str, Any]:
    try:
        found = extract(data)
    except UnreadableResume as refusal:
        return {"refused": refusal.code}
    except (MemoryError, RecursionError):
        return {"refused": "resume-too-complex"}
    except Exception:  # the libraries raise whatever a broken file leads them to
        return {"refused": "resume-damaged"}
    return {"text": found.text, "problems": found.problems}


if __name__ == "__main__":
    main()
