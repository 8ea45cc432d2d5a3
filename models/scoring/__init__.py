"""Scoring: the ensemble that turns what was said into scores with intervals and evidence."""
