"""Reading a résumé: from a file's bytes to text, language, sections and skills."""

from models.language.terms import count_words
from models.resume.isolated import extract_isolated
from models.resume.resume import Resume
from models.resume.sections import split_sections
from models.resume.skills import find_skills
from models.speech.transcript import Language


def read_resume(data: bytes) -> Resume:
    """Read a PDF, DOCX or plain-text file in Chinese or English, told apart by content, of at most 10 MB.

    The file is opened only in a child process under limits; blocks for 0.1 to 30 s, so it is not for an event loop.
    Raises UnreadableResume with a stable code. A readable file without text (a scan) has the problem `no-text`.
    """
    extracted = extract_isolated(data)
    sections = split_sections(extracted.text)
    return Resume(
        text=extracted.text,
        language=_language(extracted.text),
        sections=sections,
        skills=find_skills(sections),
        problems=extracted.problems,
    )


def _language(text: str) -> Language | None:
    """Chinese where its characters make up half of the words, a character being one."""
    words = count_words(text)
    if not words:
        return None
    return "zh" if 2 * sum("\u3400" <= letter <= "\u9fff" for letter in text) >= words else "en"
