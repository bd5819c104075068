"""The first schema: corrections, and the sessions that they were made in."""

import sqlalchemy as sa
from alembic import op

revision = "1"
down_revision = None


def upgrade() -> None:
    """Create the tables."""
    op.create_table("sessions", sa.Column("id", sa.String(32), primary_key=True))
    op.create_table(
        "corrections",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("session", sa.String(32), sa.ForeignKey("sessions.id", ondelete="CASCADE"), nullable=False),
        sa.Column("made_ms", sa.BigInteger, nullable=False),
        sa.Column("truth", sa.String(200), nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("text", sa.String(1000), nullable=False),
        sa.Column("confidence", sa.Double, nullable=False),
        sa.Column("model", sa.String(40), nullable=False),
        sa.Column("picture", sa.LargeBinary, nullable=False),
        sa.Column("strokes", sa.Text),
        sa.Column("num_bytes", sa.Integer, nullable=False),
    )
    op.create_index("corrections_by_time", "corrections", ["made_ms", "id"])
    op.create_index("corrections_by_bytes", "corrections", ["num_bytes"])
    for name in ("session", "truth", "status", "text", "model"):
        op.create_index(f"corrections_by_{name}", "corrections", [name, "made_ms", "id"])
