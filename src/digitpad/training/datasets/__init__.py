"""Data sets: finding, verifying and splitting them.

In: a folder, or none. Out: a `Dataset` with a training pool and a sealed test split; and pen strokes for evaluation.
Entry point: `mnist.load`. `splits` defines the splits, `pen` reads the pen strokes, `idx` MNIST's file format.
"""
