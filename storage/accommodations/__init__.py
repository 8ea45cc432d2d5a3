"""Accommodations: what a candidate needs to have an equal chance, asked for and granted."""
