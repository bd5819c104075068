"""Preprocessing: the input contract, the same in training, in the saved model and in the browser.

In: pixels of any size. Out: the 28x28 picture that the network sees, and measurements from the preprocessing steps.
Entry point: `contract.Contract`, a Keras layer. `framing` crops, scales and centres; `stroke_width` normalises strokes.
"""
