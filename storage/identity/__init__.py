"""Whether the one who sits an interview is the candidate: a one-time code, and a comparison of faces."""
