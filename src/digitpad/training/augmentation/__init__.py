"""Augmentation: the images of an epoch, most of them changed at random or generated. Never part of a saved model.

In: a split of MNIST and a recipe. Out: epochs of 28x28 images with labels, ready to train on.
Entry point: `mixture.Mixture`. `augment` changes images, `thinning` thins them to be redrawn, `synthetic` generates
digits and letters from the templates in `glyphs`, and `non_digits` makes scribbles, joined digits and the like.
"""
