"""Engines alone: how fast a device runs them, and how far that is from what it could do at best.

Runs with this room alone, without Ray and without downloads: python -m models.bench speech|faces --device cuda
"""
