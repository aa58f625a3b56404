"""Labelled practice trails, made by code."""
