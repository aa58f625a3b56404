"""Charts, the timeline and widgets: pure functions from frames to pictures, and forms."""
