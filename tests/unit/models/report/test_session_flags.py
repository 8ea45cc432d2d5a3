"""The flag of a session whose face check did not match."""

import pytest

from models.report.document import Flag
from models.report.session_flags import identity_check_flag
from models.speech.transcript import Language

pytestmark = pytest.mark.unit


@pytest.mark.parametrize("language", ["en", "zh"])
def test_only_what_did_not_match_is_flagged_in_the_interviews_language(language: Language) -> None:
    assert identity_check_flag(language, "match") is None and identity_check_flag(language, None) is None
    flags = [identity_check_flag(language, verdict) for verdict in ("no_match", "unsure")]
    found = [flag for flag in flags if flag is not None]
    assert [flag.code for flag in found] == ["identity_check_no_match", "identity_check_unsure"]
    for flag in found:
        assert (flag.answer, flag.start, flag.end) == (None, None, None)
        assert flag.why.isascii() == flag.follow_up.isascii() == (language == "en")
        assert Flag.model_validate(flag.model_dump()) == flag
