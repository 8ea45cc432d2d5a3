"""Speech engines of .nemo checkpoints: offline and streaming."""
