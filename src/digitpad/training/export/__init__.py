"""Export: the trained network becomes a model that reads pixels, as files that are proven to answer alike.

In: a network and its temperature. Out: `model.keras` and the graph of `digits.onnx`, the contract inside both.
Front doors: `keras_file.build_reader`, `onnx_file.export` and `verify.verify`. `slim` makes the graph's file smaller.
"""
