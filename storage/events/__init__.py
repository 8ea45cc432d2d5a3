"""Live events of a session: what happens while a candidate talks, kept so that it can be replayed."""
