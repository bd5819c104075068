"""Real pen strokes, drawn in many ways and read: the parts of `bench/drawings.py`."""
