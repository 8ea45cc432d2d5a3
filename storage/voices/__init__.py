"""Questions as speech: which are rendered, and where their sound lies."""
