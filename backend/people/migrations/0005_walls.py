"""Walls round what was still open: roles, duty, codes, tokens, clients, stored answers; and the persons' keys.

A person's key is needed to read anything that is sealed, inside verbs and outside. So its table is shut like the others, but a
function of the owner's (SECURITY DEFINER) gives the keys of named owners: whoever knows no id reads none, nobody can list or copy
the table in the app's role, and no extra statement marks each read. What it gives is useless without the service's master key.
Anybody may make a first key; only verbs and look-ups change or destroy one.
"""

from django.db import migrations

from backend.core.walls import Wall

KEYS = """
ALTER TABLE core_personkey ENABLE ROW LEVEL SECURITY;
CREATE POLICY app_reads ON core_personkey FOR SELECT TO yike_app USING (yike_on('yike.verb'));
CREATE POLICY app_makes ON core_personkey FOR INSERT TO yike_app WITH CHECK (true);
CREATE POLICY app_changes ON core_personkey FOR UPDATE TO yike_app USING (yike_on('yike.verb'));
CREATE POLICY app_deletes ON core_personkey FOR DELETE TO yike_app USING (yike_on('yike.verb'));
CREATE POLICY system ON core_personkey TO yike_system USING (true) WITH CHECK (true);
CREATE FUNCTION yike_person_keys(owners uuid[]) RETURNS SETOF core_personkey
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS
$$ SELECT * FROM public.core_personkey WHERE owner_id = ANY (owners) $$;
REVOKE ALL ON FUNCTION yike_person_keys(uuid[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION yike_person_keys(uuid[]) TO yike_app, yike_system;
"""
OPEN = """
DROP FUNCTION yike_person_keys(uuid[]);
DROP POLICY app_reads ON core_personkey;
DROP POLICY app_makes ON core_personkey;
DROP POLICY app_changes ON core_personkey;
DROP POLICY app_deletes ON core_personkey;
DROP POLICY system ON core_personkey;
ALTER TABLE core_personkey DISABLE ROW LEVEL SECURITY;
"""


class Migration(migrations.Migration):
    dependencies = [("people", "0004_homes"), ("core", "0003_retention")]

    operations = [
        Wall("people_rolegrant", "people", person="user_id"),
        Wall("people_duty", "emergency", person="user_id", community="division_id"),
        Wall("people_logincode", "nobody"),
        Wall("people_refreshtoken", "nobody"),
        Wall("people_staffinvitation", "nobody"),
        Wall("people_client", "people", community="scope_id"),
        Wall(
            "people_clientkey",
            "people",
            also="EXISTS (SELECT 1 FROM people_client c WHERE c.id = people_clientkey.client_id)",
        ),
        Wall("core_idempotencyrow", "nobody"),
        migrations.RunSQL(KEYS, OPEN),
    ]
