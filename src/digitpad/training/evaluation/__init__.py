"""Evaluation: accuracy, calibration, and when to reject a drawing.

In: logits and true labels. Out: metrics as JSON, a temperature and thresholds.
Entry points: `metrics.evaluate` and `calibration.fit`, which need no Keras. `drawings` evaluates on generated drawings
and real pen strokes.
"""
