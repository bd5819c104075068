"""Networks: their architectures, and how their weights are fitted.

In: a recipe, and epochs of pictures. Out: a trained Keras model from a 28x28 picture to eleven logits.
Front doors: `architectures.build` and `fit.fit`.
"""
