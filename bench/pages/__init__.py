"""How well numbers and pages are read: real ones, ones with faults, and beside what else reads digits on a page.

The real sets in `sets` are other people's; they choose nothing, and only figures of them are written. `papers` draws
pen strokes as numbers, `faults` spoils them, `generated` makes pages. `readers` reads everything with digitpad, `usual`
the way that tutorials do, and `programs` with OCR programs, which have an environment of their own
(`ocr-requirements.txt`). `score` compares answers with the truth. The results go to `bench/pages.json`, `docs/pages.md`
and two pictures.
"""
