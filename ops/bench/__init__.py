"""Benchmarks of the engines: ratios taken in one run, and how far each is from what the machine could do."""
