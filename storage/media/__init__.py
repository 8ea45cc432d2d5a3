"""Recordings and photos in S3."""
