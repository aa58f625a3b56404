"""The one door to the evidence: roots are walked here, objects opened, both hashes taken. Verify and load share it."""
