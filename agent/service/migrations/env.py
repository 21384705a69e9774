"""Alembic's entry: migrations run in the connection that the service gives."""

from alembic import context

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=None,
    version_table="service_version",
)
context.run_migrations()
