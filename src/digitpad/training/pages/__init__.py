"""Pages: generated paper with digits of MNIST on it, photographed or clean, and what a reader should find there.

In: digits of MNIST. Out: batches of pages with targets, the same for the same seed.
Entry point: `stream.batches`. `page` makes one page: a `writing.Writer` with a hand (`hands`) writes what is in the
`bank` on a `sheet`, in one of the `layouts`; `clutter` and `printing` add what is no digit; `paper` and `camera` make a
picture of it; `targets` turns it into what the page network should answer.
"""
