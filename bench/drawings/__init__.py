"""How well real pen strokes are read, however they are drawn.

Strokes that people wrote on tablets are drawn as on a canvas, encoded as PNG and read by `Recognizer.predict`: every
digit and every other character at the reference setting, a sample of the digits over a grid of `settings`, and the same
sample through other `ways` to 28x28. The results are written to `bench/drawings.json`, `docs/drawings.md` and two
pictures. A plain CNN for the comparison is trained once, which takes minutes, and kept in `runs/bench`.
"""
