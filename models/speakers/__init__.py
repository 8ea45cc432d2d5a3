"""Whose voice is heard: sound to vectors of the voice, and whether all of a sitting is spoken by one person."""
