"""How long it takes to learn MNIST, compared with the examples of Keras and PyTorch.

`lessons` holds what is compared. Every run is a process of its own, and the competitors alternate, so that a slow
moment of the machine affects all of them.
"""
