"""How long reading takes: one drawing, many, and from the start of a process.

`runtimes` puts the network of the model that ships, contract inside, behind each runtime. Their answers are compared
before anything is timed, and they alternate, so that a slow moment of the machine affects all of them.
"""
