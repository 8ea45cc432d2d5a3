"""Text to speech: questions that are read to the candidate."""
