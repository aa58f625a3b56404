"""The original records: read again from the evidence, or rebuilt from the columns where it is not at hand."""
