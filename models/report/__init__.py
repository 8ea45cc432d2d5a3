"""The report: its document and how it is composed."""
