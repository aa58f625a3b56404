"""What several test modules share: services on loopback and small archives."""
