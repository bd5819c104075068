"""Corrections: what people said their drawings were, kept so that a model can learn from them.

In: a `Correction`, from a pad, a file or a folder.
Out: rows in a store, which `digitpad teach` learns from.
Entry points: `store.open` and `exchange.read`.
"""
