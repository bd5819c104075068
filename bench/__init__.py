"""How well digitpad reads what people draw, and how fast: a room or a file for each benchmark.

`python -m bench.drawings` runs one, and likewise `pages`, `training`, `recipes`, `inference`, `server` and `browser`,
from the root of the repository; `make bench-drawings` installs what it needs first. Each prints its figures, writes
them to `bench/<name>.json` and renders `bench/README.md`. What all of them share is in `record`.
"""
