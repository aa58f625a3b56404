"""Archives and envelopes: what wraps records is taken off here, bounded in depth and size."""
