"""Interviews: what is asked, how it is weighed, and when."""
