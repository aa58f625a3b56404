"""Digest validation, offline: files into outcomes."""
