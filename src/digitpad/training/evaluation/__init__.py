"""Evaluation: how often a network is right, how honest its probabilities are, and when it should refuse.

In: logits and true labels. Out: figures as JSON, a temperature and thresholds.
Front doors: `metrics.evaluate` and `calibration.fit`. `drawings` reads generated drawings and real pen strokes.
"""
