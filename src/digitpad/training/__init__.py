"""The training plane: from a data set to a verified model file, room by room.

    datasets -> preprocessing -> augmentation -> networks -> evaluation -> export -> reporting

Each room may import those to its left, and what stands beside them: `recipe` (what is trained, and how), `runs` (the
folder of a run), `backend` and `batches` (Keras). `pipeline` walks a run through all of them; `command` is what
`digitpad train` and `digitpad evaluate` do around it.
"""
