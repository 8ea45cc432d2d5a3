"""Whisper in torch: the catalogue's weights, batched across candidates."""
