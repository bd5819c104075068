"""The lab: what theory says of training, as experiments that anybody can run again.

`experiment` says what an experiment is: cases, a measurement, a verdict on each claim, and a figure. Each is a module
of `experiments/`, on shared parts: `data`, `networks` (with `nielsen`, that of a book), `losses`, `training`,
`surface` (the loss as a function of the parameters), `table` and `figures`. `run` runs one, and `results` reads what it
wrote. `command` is the command `digitpad lab`; `story` and `knobs` are the lab in a notebook.
"""
