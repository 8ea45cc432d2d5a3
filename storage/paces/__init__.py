"""How fast answers are spoken: what is usual for a position."""
