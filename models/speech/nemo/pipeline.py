"""NeMo's streaming pipelines (`nemo.collections.asr.inference`) over a model that we checked and restored."""

from dataclasses import dataclass
from typing import Any

import torch
from omegaconf import DictConfig, OmegaConf

from models.speech.contract import SAMPLE_RATE
from models.speech.nemo.checkpoint import Checkpoint
from models.speech.nemo.restore import CONFIDENCE, quiet_nemo, transducer_decoding
from models.speech.nemo.tokens import JOINED_FRAMES
from models.speech.transcript import is_cjk

ENDPOINT_MS = 800  # a pause this long ends an utterance; NeMo's default
# A checkpoint that cannot stream with a cache hears each piece again with what was before it and what follows:
# its words come about two seconds late. Multiples of every encoder's frame (40 and 80 ms).
BEFORE_S, PIECE_S, AFTER_S = 8.0, 0.96, 0.96


@dataclass(frozen=True)
class Streaming:
    """A NeMo pipeline, the samples it takes per step, and whether its decoder can be biased per stream."""

    pipeline: Any
    step_samples: int
    biasing: bool


def streaming_pipeline(checkpoint: Checkpoint, model: Any, device: str, streams: int) -> Streaming:
    """Cache-aware where the encoder was trained for it, else buffered; transducer where there is one, else CTC."""
    with quiet_nemo():
        wrapper, pipeline = _classes(checkpoint)
        transducer = checkpoint.decoder != "ctc"
        decoding = transducer_decoding(model, enable_per_stream_biasing=True) if transducer else _ctc_decoding()
        built = pipeline(_config(streams), _restored(wrapper, model)(**_wrapping(decoding, device)))
    # NeMo knows a word's start by ▁; 字 are words of their own.
    built.bpe_decoder.start_of_word_cache.update(
        {number: True for number, piece in enumerate(checkpoint.vocabulary) if is_cjk(piece[:1])}
    )
    built.bpe_decoder.confidence_aggregator = _mean
    seconds = built.chunk_size_in_secs if checkpoint.cache_aware else built.chunk_size
    return Streaming(built, round(seconds * SAMPLE_RATE), biasing=transducer)


def _classes(checkpoint: Checkpoint) -> tuple[Any, Any]:
    """NeMo's wrapper of the model and the pipeline over it."""
    from nemo.collections.asr.inference.model_wrappers.cache_aware_ctc_inference_wrapper import (
        CacheAwareCTCInferenceWrapper,
    )
    from nemo.collections.asr.inference.model_wrappers.cache_aware_rnnt_inference_wrapper import (
        CacheAwareRNNTInferenceWrapper,
    )
    from nemo.collections.asr.inference.model_wrappers.ctc_inference_wrapper import CTCInferenceWrapper
    from nemo.collections.asr.inference.model_wrappers.rnnt_inference_wrapper import RNNTInferenceWrapper
    from nemo.collections.asr.inference.pipelines.buffered_ctc_pipeline import BufferedCTCPipeline
    from nemo.collections.asr.inference.pipelines.buffered_rnnt_pipeline import BufferedRNNTPipeline
    from nemo.collections.asr.inference.pipelines.cache_aware_ctc_pipeline import CacheAwareCTCPipeline
    from nemo.collections.asr.inference.pipelines.cache_aware_rnnt_pipeline import CacheAwareRNNTPipeline

    return {
        (True, True): (CacheAwareRNNTInferenceWrapper, CacheAwareRNNTPipeline),
        (True, False): (CacheAwareCTCInferenceWrapper, CacheAwareCTCPipeline),
        (False, True): (RNNTInferenceWrapper, BufferedRNNTPipeline),
        (False, False): (CTCInferenceWrapper, BufferedCTCPipeline),
    }[checkpoint.cache_aware, checkpoint.decoder != "ctc"]


def _mean(confidences: list[float]) -> float:
    """NeMo's own mean can be a little over 1 by rounding, and NeMo then refuses the word."""
    return min(1.0, sum(confidences) / len(confidences))


def _ctc_decoding() -> Any:
    from nemo.collections.asr.parts.submodules.ctc_decoding import CTCDecodingConfig

    return CTCDecodingConfig(strategy="greedy")


def _restored(wrapper: Any, model: Any) -> Any:
    """NeMo's wrapper around a model that is here, where it would load one by name."""

    class Restored(wrapper):  # type: ignore[misc]
        @staticmethod
        def load_model(model_name: str, map_location: torch.device) -> Any:
            return model

    return Restored


def _wrapping(decoding: Any, device: str) -> dict[str, Any]:
    gpu = device == "cuda"
    return {
        "model_name": "restored",
        "decoding_cfg": decoding,
        "device": device,
        "compute_dtype": "bfloat16" if gpu else "float32",
        "use_amp": gpu,
    }


def _config(streams: int) -> DictConfig:
    """What the pipelines read of their configuration files."""
    return OmegaConf.create(
        {
            "asr_output_granularity": "word",
            "return_tail_result": False,
            "enable_itn": False,
            "itn": {"batch_size": 1, "n_jobs": 1, "left_padding_size": 4},
            "confidence": CONFIDENCE,
            "endpointing": {"stop_history_eou": ENDPOINT_MS, "residue_tokens_at_end": 2},
            "streaming": {
                "sample_rate": SAMPLE_RATE,
                "batch_size": streams,
                "num_slots": streams,
                "request_type": "frame",
                "word_boundary_tolerance": JOINED_FRAMES,
                "att_context_size": None,
                "use_cache": True,
                "use_feat_cache": True,
                "stateful": True,
                # A young stream fills its buffer from the left: silence before it would be normalised with the speech,
                # and half of the words lost.
                "padding_mode": "right",
                "chunk_size": PIECE_S,
                "left_padding_size": BEFORE_S,
                "right_padding_size": AFTER_S,
            },
        }
    )
