"""Webhooks: what an enterprise's software is told of, where, and how each delivery went (standardwebhooks.com)."""
