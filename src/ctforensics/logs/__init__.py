"""One file per log type: how it is recognised by content, which table it fills, how it is read."""
