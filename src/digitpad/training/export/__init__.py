"""Export: from the trained network to model files that read pixels and are verified to give the same answers.

In: a network and its temperature. Out: `model.keras` and the graph of `digits.onnx`, both with the contract inside.
Entry points: `keras_file.build_reader`, `onnx_file.export` and `verify.verify`. `slim` shrinks the graph.
"""
