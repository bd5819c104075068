"""Networks: their architectures and how they are trained.

In: a recipe, and epochs of images. Out: a trained Keras model from a 28x28 picture to eleven logits.
Entry points: `architectures.build` and `fit.fit`.
"""
