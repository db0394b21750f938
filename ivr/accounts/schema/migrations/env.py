"""The open connection of ``ivr.accounts.schema.migrate`` comes in; Alembic runs the missing steps on it."""

from alembic import context

from ivr.accounts.schema.columns import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
)
context.run_migrations()
