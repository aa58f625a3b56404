"""A case on disk: its folder, its manifest, its journals, and the generations of its database."""
