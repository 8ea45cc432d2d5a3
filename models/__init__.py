"""Inference as plain Python: no ray, no HTTP, no SQL. Everything here runs on CPU and on CUDA."""
