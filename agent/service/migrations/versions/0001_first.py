"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make them."""
    op.create_table(
        "keys",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False, unique=True),
        sa.Column("scopes", sa.JSON, nullable=False),
        sa.Column("created", sa.Float, nullable=False),
        sa.Column("revoked", sa.Float),
    )
    op.create_table(
        "conversations",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("owner", sa.String(300), nullable=False),
        sa.Column("created", sa.Float, nullable=False),
        sa.Column("updated", sa.Float, nullable=False),
        sa.Column("holder", sa.String(36)),
        sa.Column("held_until", sa.Float, nullable=False),
    )
    op.create_index("conversations_owner", "conversations", ["owner", "updated"])
    op.create_table(
        "sessions",
        sa.Column("owner", sa.String(300), primary_key=True),
        sa.Column("session_id", sa.String(36), primary_key=True),
        sa.Column("conversation", sa.String(36), nullable=False),
        sa.Column("noted", sa.Float, nullable=False),
        sa.Column("ended", sa.Boolean, nullable=False),
    )
    op.create_table(
        "answers",
        sa.Column("owner", sa.String(300), primary_key=True),
        sa.Column("key", sa.String(255), primary_key=True),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("created", sa.Float, nullable=False),
        sa.Column("seen", sa.Integer),
        sa.Column("status", sa.Integer),
        sa.Column("body", sa.Text),
    )
    op.create_index("answers_created", "answers", ["created"])


def downgrade() -> None:
    """Remove them."""
    for name in ("answers", "sessions", "conversations", "keys"):
        op.drop_table(name)
