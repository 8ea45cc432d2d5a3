"""Reports: immutable versions."""
