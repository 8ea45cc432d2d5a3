"""torchaudio on any torch: the one place that imports it (import `torchaudio` from here).

The torchaudio wheel on PyPI links CUDA in its compiled part, so `import torchaudio` raises OSError on a CPU build of
torch, and so does everything that imports it (NeMo's ASR collection). What we use of it is written in Python:
on a CPU build a stand-in takes the place of the module that loads the compiled part, and only forced alignment and
the RNN-T loss are missing. On a CUDA build nothing is replaced.
"""

import sys
from collections.abc import Callable
from types import ModuleType
from typing import NoReturn

import torch


def _fail_if_no_align(function: Callable[..., object]) -> Callable[..., NoReturn]:
    """Decorates the functions that need the compiled aligner."""

    def unavailable(*_: object, **__: object) -> NoReturn:
        raise RuntimeError(f"torchaudio's {function.__name__} needs a CUDA build of torch")

    return unavailable


def _without_extension() -> ModuleType:
    module = ModuleType("torchaudio._extension", "Stand-in: torchaudio without its compiled part.")
    module.__dict__.update(
        _IS_TORCHAUDIO_EXT_AVAILABLE=False, _IS_ALIGN_AVAILABLE=False, fail_if_no_align=_fail_if_no_align
    )
    return module


if torch.version.cuda is None:
    sys.modules.setdefault("torchaudio._extension", _without_extension())

import torchaudio  # noqa: E402

__all__ = ["torchaudio"]
