"""Pictures for Schemathesis, which loads this module by its name (SCHEMATHESIS_HOOKS)."""

import schemathesis
from hypothesis import strategies as st

from tests.golden import GOLDEN_PICTURES
from tests.server.pictures import animated, blank, bomb, jpeg

PNGS = [path.read_bytes() for path in GOLDEN_PICTURES[::7]]
JPEGS = [jpeg(picture) for picture in PNGS]


def damaged(pictures: list[bytes]) -> st.SearchStrategy[bytes]:
    """Pictures with some bytes in their middle replaced, and all behind them gone in half of the cases."""
    return st.builds(
        lambda picture, place, noise, is_cut: (
            picture[: place % len(picture)] + noise + (b"" if is_cut else picture[place % len(picture) + len(noise) :])
        ),
        st.sampled_from(pictures),
        st.integers(0, 10_000),
        st.binary(max_size=20),
        st.booleans(),
    )


BAD = st.sampled_from([b"", b"GIF89a", b"<svg/>", animated(), bomb(20_000, 20_000)]) | st.binary(max_size=100)

schemathesis.openapi.media_type(
    "image/png", st.sampled_from([*PNGS, blank(), blank("RGBA", colour=(0, 0, 0, 0))]) | damaged(PNGS) | BAD
)
schemathesis.openapi.media_type("image/jpeg", st.sampled_from(JPEGS) | damaged(JPEGS) | BAD)
