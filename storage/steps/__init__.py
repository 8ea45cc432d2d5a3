"""Results of processing steps, stored by content hash."""
