"""Training: from a data set to a verified model file.

    datasets -> preprocessing -> augmentation -> networks -> evaluation -> export -> reporting

Each package may import those to its left, and the modules next to them: `recipe` (what is trained, and how), `runs`
(the run folder), `backend` and `batches` (Keras). `pipeline` takes a run through all of them, and `spread` many runs;
`command` implements `digitpad train` and `digitpad evaluate`.
"""
