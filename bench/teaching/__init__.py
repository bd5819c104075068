"""How well a model learns one writer from a few digits, and what that costs all others."""
