"""Evidence and outcomes into the case database."""
