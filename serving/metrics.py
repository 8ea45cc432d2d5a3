"""The serving room's own metrics, declared once."""

from prometheus_client import Counter, Histogram

BATCH_ITEMS = Histogram(
    "parley_batch_items", "Items in one batch of an engine.", ["deployment"], buckets=(1, 2, 4, 8, 16, 32, 64, 128, 256)
)
BATCH_SECONDS = Histogram(
    "parley_batch_seconds",
    "Time an engine computes one batch.",
    ["deployment"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)
QUEUE_SECONDS = Histogram(
    "parley_queue_seconds",
    "Time a call waits for its batch.",
    ["deployment"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60),
)
CALLS_REFUSED = Counter(
    "parley_calls_refused", "Calls refused because too much waited (work: final, provisional).", ["deployment", "work"]
)
CALLS_DROPPED = Counter("parley_calls_dropped", "Calls whose caller left before they were computed.", ["deployment"])
CALLS_FAILED = Counter(
    "parley_calls_failed", "Items that an engine could not compute, by the class of the error.", ["deployment", "error"]
)
BATCHES_HALVED = Counter("parley_batches_halved", "Batches that did not fit in memory, so were halved.", ["deployment"])
ENGINE_HANGS = Counter("parley_engine_hangs", "Batches that an engine did not come back from in time.", ["deployment"])
STEP_SECONDS = Histogram(
    "parley_step_seconds",
    "Time of one processing step that was really computed.",
    ["step"],
    buckets=(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300),
)
STEPS_REUSED = Counter("parley_steps_reused", "Processing steps whose stored result was reused.", ["step"])
REPORTS = Counter("parley_reports", "Reports stored.")
SESSIONS_GIVEN_UP = Counter("parley_sessions_given_up", "Sessions that went to attention.")
SPEECH_FALLBACKS = Counter(
    "parley_speech_fallbacks", "Batches that the secondary speech engine answered (failed, late, busy).", ["reason"]
)
SHADOW_UNITS = Counter("parley_shadow_units", "Words or 字 that a second speech engine heard as well.", ["language"])
SHADOW_EDITS = Counter("parley_shadow_edits", "Edits between what both speech engines wrote of them.", ["language"])
