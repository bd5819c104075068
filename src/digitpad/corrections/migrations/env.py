"""What Alembic runs: the migrations of a store, in the transaction that `schema.bring_up` was called in."""

from alembic import context

from digitpad.corrections.schema import VERSION_TABLE

context.configure(connection=context.config.attributes["connection"], version_table=VERSION_TABLE)
context.run_migrations()
