"""Speech: voice activity, recognition, delivery."""
