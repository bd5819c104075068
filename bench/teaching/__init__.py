"""How well a model learns one hand from a few digits, and what that costs all other hands."""
