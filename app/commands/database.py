"""`grappe migrate`: the schema."""

from app.commands import out, ready_database


def migrate() -> None:
    """Bring the database to the newest schema: roles, tables, queue."""
    with ready_database() as settings:
        settings.owner_url()
        out.print("La base est à jour.")
