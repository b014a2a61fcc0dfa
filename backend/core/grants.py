"""What the two working database roles may do: read and write rows, never change the schema. Row walls come on top."""

from typing import Any

ROLES = ("yike_app", "yike_system")

STATEMENTS = (
    "GRANT USAGE ON SCHEMA public TO {role}",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}",
    "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}",
    "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {role}",
    "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO {role}",
)


NO_SIDE_DOOR = """
DO $$ DECLARE part regclass; BEGIN
  FOR part IN SELECT oid FROM pg_class WHERE relispartition AND relkind = 'r' LOOP
    EXECUTE format('REVOKE ALL ON %s FROM yike_app, yike_system', part);
  END LOOP;
END $$
"""

NEVER_CHANGED = ("core_auditrow", "core_auditseal", "core_auditepoch")
"""Tables to which the working roles add and from which they read, and nothing else (a trigger refuses it once more)."""


ADD_AND_READ = """
DO $$ BEGIN
  IF to_regclass('{table}') IS NOT NULL THEN REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM {roles}; END IF;
END $$
"""  # roles are made before the first migration, when there is no table yet


def grant(connection: Any) -> None:
    """Give `yike_app` and `yike_system` their rights on all tables, now and for tables made later. Repeatable.

    Partitions are reached through their table only: taken by themselves they would lie outside its row walls.

    `connection` is a Django or psycopg connection of the owner: default privileges belong to the role that runs this.
    """
    with connection.cursor() as cursor:
        for role in ROLES:
            for statement in STATEMENTS:
                cursor.execute(statement.format(role=role))
        cursor.execute(NO_SIDE_DOOR)
        for table in NEVER_CHANGED:
            cursor.execute(ADD_AND_READ.format(table=table, roles=", ".join(ROLES)))
