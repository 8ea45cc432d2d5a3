"""Outcomes: how those who were hired do later."""
