"""Takes: the recordings of an answer."""
