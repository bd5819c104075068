"""What a server is told of keeping corrections; it loads no database, so that a server that keeps none need not."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Keep:
    """Where a server keeps corrections, and how many.

    Attributes:
        target: as for `store.open`.
        most: number of corrections.
        most_bytes: bytes of pictures and strokes.
    """

    target: str
    most: int
    most_bytes: int
