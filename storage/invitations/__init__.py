"""Invitations: a candidate's way into their session."""
