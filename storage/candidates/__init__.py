"""Candidates and the photo their identity is compared with."""
