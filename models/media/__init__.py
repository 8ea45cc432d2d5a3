"""Media: decoding recordings to 16 kHz audio and sampled frames."""
