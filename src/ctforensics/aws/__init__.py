"""Talking to AWS: clients and public keys. Only acquisition and `--online` come here."""
