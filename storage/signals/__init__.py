"""Signals: what the candidate's page notices while it is used. They advise, and never count against anybody."""
