"""Text answers: answers that are written, where a candidate was granted that."""
