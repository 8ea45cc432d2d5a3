"""The enterprise HTTP API, version 1."""
