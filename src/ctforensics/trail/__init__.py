"""What CloudTrail is, without any input or output: keys, digests, canonical form, identities, columns, tables."""
