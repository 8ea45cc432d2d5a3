"""A Triton inference server on this machine's CPU, for tests and benchmarks."""
