"""Stars, labels, comments and findings: notes.jsonl."""
