"""A company's finance reads its own books behind a wall too.

The check of postings runs at the commit, when the verb's mark is gone already, so it runs with the owner's rights; that is why this
wall does not bind the owner.
"""

from django.db import migrations

from backend.core.walls import Wall

AS_OWNER = """
ALTER TABLE payments_ledgeraccount NO FORCE ROW LEVEL SECURITY;
ALTER FUNCTION payments_check_posting() SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp;
"""
AS_CALLER = "ALTER FUNCTION payments_check_posting() SECURITY INVOKER RESET search_path"


class Migration(migrations.Migration):
    dependencies = [("payments", "0003_walls")]

    operations = [
        Wall("payments_ledgeraccount", "payments", company="company_id"),
        migrations.RunSQL(AS_OWNER, AS_CALLER),
    ]
