"""API keys: scoped, hashed, rotated with an overlap, and owned by software or by a member."""
