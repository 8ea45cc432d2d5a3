"""Decisions: a person's, with a reason. The newest of a session counts."""
