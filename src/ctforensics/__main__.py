"""``python -m ctforensics`` is the command ``ctforensics``."""

import sys

from ctforensics.cli import main

if __name__ == "__main__":  # worker processes under spawn import this module without running it
    sys.exit(main())
