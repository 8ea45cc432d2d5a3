"""Résumés: uploaded straight to S3, then read into text and skills."""
