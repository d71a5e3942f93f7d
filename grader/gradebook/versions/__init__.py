"""The steps by which an older gradebook becomes a new one; Alembic finds them here."""
