"""Explanation: what happened inside the model when it read a picture, and what spoke for each digit.

All numbers are outputs of graphs: `layers.onnx`, which lies beside a model, and `contract.onnx`.
"""
