"""Durable jobs, in the same Postgres as what they are about."""
