"""Which known mistake explains what was seen, what it costs, and how a student is told."""
