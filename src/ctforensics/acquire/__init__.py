"""Bringing evidence in, with custody."""
