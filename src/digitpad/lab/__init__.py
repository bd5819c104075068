"""The lab: what theory says of training, as experiments that anybody can run again.

`experiment` says what an experiment is, `run` runs one, and `page` tells of all. Each experiment is a module of
`experiments/`, on the shared parts `data`, `networks`, `surface` (the loss as a function of the parameters), `table`
and `figures`.
"""
