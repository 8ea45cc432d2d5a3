"""Consents: what candidates are told before they are recorded, and what they choose."""
