"""Tables whose rows may be added and never changed: the database itself refuses."""

from django.db.migrations.operations import RunSQL


def append_only(table: str) -> RunSQL:
    """A migration operation that makes UPDATE, DELETE and TRUNCATE of `table` fail."""
    return RunSQL(
        f"""
        CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION 'rows of % are never changed', TG_TABLE_NAME;
        END $$;
        CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON "{table}"
            FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
        CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON "{table}"
            FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
        """,
        f"""
        DROP TRIGGER append_only ON "{table}";
        DROP TRIGGER append_only_truncate ON "{table}";
        """,
    )
