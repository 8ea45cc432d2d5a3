"""Faces: detection, landmarks, identity, expression, and what they show over time."""
