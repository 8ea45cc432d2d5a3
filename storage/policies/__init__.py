"""Policies: what may be observed, asked and kept, per organisation and interview, under the law of a region."""
