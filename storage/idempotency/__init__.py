"""Requests that are sent again: the first answer is given again, and nothing is done twice."""
