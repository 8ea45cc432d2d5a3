"""Positions that an organisation hires for."""
