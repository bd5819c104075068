"""Augmentation: the pictures of an epoch, most of them changed at random or generated. Never part of a saved model.

In: a split of MNIST and a recipe. Out: epochs of 28x28 pictures with labels, ready to train on.
Front door: `mixture.Mixture`. `augment` changes pictures and `skeleton` redraws them; `handwriting` writes digits and
letters from the templates of `glyphs`; `non_digits` makes scribbles, joined digits and the like.
"""
