"""Row-level security: the second wall round personal data, beside `visible_to` in the querysets.

Outside a verb the app role sees a row only when it is the reader's own, of the reader's home, or within the reach of the reader's
roles for the row's area; `backend.core.queries.reading` sets these for one short transaction. Inside a verb the transaction is
marked and the verb's own access checks decide. The system role (worker, receivers) sees everything. No setting: no rows.
"""

from __future__ import annotations

from django.db import migrations

AREAS = ("people", "emergency", "devices", "payments", "tickets", "notices", "bookings", "nobody")
"""Whose permissions open the rows beyond the reader's own; `nobody`: verbs and named look-ups alone."""

FUNCTIONS = """
CREATE OR REPLACE FUNCTION yike_ids(name text) RETURNS uuid[] LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT string_to_array(nullif(current_setting(name, true), ''), ',')::uuid[] $$;
CREATE OR REPLACE FUNCTION yike_on(name text) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT coalesce(current_setting(name, true), '') <> '' $$;
CREATE OR REPLACE FUNCTION yike_append_only() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'rows of % are never changed or deleted', TG_TABLE_NAME USING ERRCODE = '42501'; END $$;
"""


def append_only(table: str) -> migrations.RunSQL:
    """Refuse UPDATE and DELETE on a table, its partitions too, to whoever asks (TRUNCATE is the owner's alone by right)."""
    return migrations.RunSQL(
        f'CREATE TRIGGER "{table}_append_only" BEFORE UPDATE OR DELETE ON "{table}" '
        f"FOR EACH ROW EXECUTE FUNCTION yike_append_only()",
        f'DROP TRIGGER IF EXISTS "{table}_append_only" ON "{table}"',
    )


class Wall(migrations.RunSQL):
    """Put a wall round a table.

    `person`, `home`: columns that make a row the reader's own. `community`, `compound`, `company`: columns compared with the reach
    of the reader's roles in `area`. `also`: a further SQL condition under which everybody who is logged in may read.
    """

    def __init__(
        self,
        table: str,
        area: str,
        *,
        person: str | tuple[str, ...] = (),
        home: str = "",
        community: str = "",
        compound: str = "",
        company: str = "",
        also: str = "",
    ) -> None:
        if area not in AREAS:
            raise ValueError(f"unknown area {area}: one of {', '.join(AREAS)}")
        persons = (person,) if isinstance(person, str) else person
        tests = ["yike_on('yike.verb')", f"yike_on('yike.{area}_all')"]
        tests += [f"{column} = ANY (yike_ids('yike.person'))" for column in persons if column]
        tests += [f"{home} = ANY (yike_ids('yike.homes'))"] if home else []
        tests += [f"{c} = ANY (yike_ids('yike.{area}_ids'))" for c in (community, compound, company) if c]
        tests += [f"(({also}) AND yike_on('yike.person'))"] if also else []
        mine = " OR ".join(tests)
        sql = (
            f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY; ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY; '
            f'CREATE POLICY app ON "{table}" TO yike_app USING ({mine}) WITH CHECK ({mine}); '
            f'CREATE POLICY system ON "{table}" TO yike_system USING (true) WITH CHECK (true)'
        )
        undo = (
            f'DROP POLICY IF EXISTS app ON "{table}"; DROP POLICY IF EXISTS system ON "{table}"; '
            f'ALTER TABLE "{table}" NO FORCE ROW LEVEL SECURITY; ALTER TABLE "{table}" DISABLE ROW LEVEL SECURITY'
        )
        super().__init__(sql, undo)
        self.table, self.area, self.options = (
            table,
            area,
            {
                "person": person,
                "home": home,
                "community": community,
                "compound": compound,
                "company": company,
                "also": also,
            },
        )

    def deconstruct(self) -> tuple[str, list[object], dict[str, object]]:
        return (self.__class__.__qualname__, [self.table, self.area], {k: v for k, v in self.options.items() if v})
