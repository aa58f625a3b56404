"""Report notebooks, executed and converted by nbconvert."""
