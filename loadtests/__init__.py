"""Simulated candidates: they use the public HTTP API and nothing else."""
