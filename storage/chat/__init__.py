"""Chat between a candidate and the enterprise, in the events of the session."""
