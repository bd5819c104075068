"""Data sets: found, verified and split.

In: a folder, or none. Out: a `Dataset`, pictures to learn from and a sealed test split; and pen strokes to measure by.
Front door: `mnist.load`. `splits` says who may look at what, `pen` reads the strokes, `idx` MNIST's file format.
"""
