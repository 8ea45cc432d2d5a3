"""Sessions: one candidate's sitting of an interview."""
