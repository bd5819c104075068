"""The tables of a store, as of its newest schema; `migrations` makes them."""

from sqlalchemy import (
    BigInteger,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
)

metadata = MetaData()

sessions = Table(
    "sessions",
    metadata,
    Column("id", String(32), primary_key=True),
)

corrections = Table(
    "corrections",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("session", String(32), ForeignKey("sessions.id", ondelete="CASCADE"), nullable=False),
    Column("made_ms", BigInteger, nullable=False),  # since 1970, UTC
    Column("truth", String(200), nullable=False),
    Column("status", String(20), nullable=False),
    Column("text", String(1000), nullable=False),
    Column("confidence", Double, nullable=False),
    Column("model", String(40), nullable=False),
    Column("picture", LargeBinary, nullable=False),
    Column("strokes", Text),  # JSON
    Column("num_bytes", Integer, nullable=False),  # of picture and strokes
    Index("corrections_by_time", "made_ms", "id"),
    Index("corrections_by_bytes", "num_bytes"),
    *(
        Index(f"corrections_by_{name}", name, "made_ms", "id")
        for name in ("session", "truth", "status", "text", "model")
    ),
)
