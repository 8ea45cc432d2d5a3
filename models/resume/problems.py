"""What a résumé can be refused for, and what may be wrong with one that is read all the same."""

from typing import Literal

RefusalCode = Literal[
    "resume-empty",
    "resume-too-large",
    "resume-type",
    "resume-encrypted",
    "resume-damaged",
    "resume-unsafe",
    "resume-too-complex",
]
ResumeProblem = Literal[
    "no-text",  # readable, but there is no text in it: a scan or a picture
    "damaged-parts",  # pages that could not be read were left out, or the file ends early
    "cut-at-limit",  # text or pages beyond the limits were left out
    "unmapped-text",  # a PDF's font does not say which characters its shapes are, so some may be wrong
    "guessed-encoding",  # the text says nothing of its encoding, which was told by its bytes
]

MESSAGES: dict[RefusalCode, str] = {
    "resume-empty": "The résumé file is empty.",
    "resume-too-large": "The résumé file is larger than 10 MB.",
    "resume-type": "The résumé is neither a PDF, a DOCX nor a plain-text file.",
    "resume-encrypted": "The résumé file is protected by a password.",
    "resume-damaged": "The résumé file is damaged and cannot be read.",
    "resume-unsafe": "The résumé file is built in a way that no ordinary document is, and was not opened.",
    "resume-too-complex": "The résumé file takes too much time or memory to read.",
}


class UnreadableResume(Exception):
    """A résumé that cannot be read. `code` is for programs and stays; `message` is for people."""

    def __init__(self, code: RefusalCode) -> None:
        super().__init__(code)
        self.code = code
        self.message = MESSAGES[code]

    def __str__(self) -> str:
        return self.message
