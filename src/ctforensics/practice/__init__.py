"""Labelled practice trails, made by code and never stored: archives to learn on, to test with, to show.

``write("leaked_key", "somewhere")`` writes one; ``stories.names()`` lists them; ``grade.grade`` checks an answer.
"""

from __future__ import annotations

from ctforensics.practice.archive import PracticeArchive, write

__all__ = ["PracticeArchive", "write"]
