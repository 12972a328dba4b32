"""Closed months, append-only."""
