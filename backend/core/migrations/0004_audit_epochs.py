from django.db import migrations, models
from django.db.models.expressions import RawSQL

import backend.core.clock
from backend.core.walls import append_only

# The last epoch if this is still its cluster, else a new one: transaction numbers begin anew there.
EPOCH = """
CREATE OR REPLACE FUNCTION yike_audit_epoch() RETURNS integer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  here text := (SELECT system_identifier::text FROM pg_control_system());
  newest core_auditepoch%ROWTYPE;
BEGIN
  SELECT * INTO newest FROM core_auditepoch ORDER BY number DESC LIMIT 1;
  IF newest.system_id = here THEN RETURN newest.number; END IF;
  PERFORM pg_advisory_xact_lock(hashtext('audit.epoch'));
  SELECT * INTO newest FROM core_auditepoch ORDER BY number DESC LIMIT 1;
  IF newest.system_id = here THEN RETURN newest.number; END IF;
  INSERT INTO core_auditepoch (number, system_id, begun_at) VALUES (coalesce(newest.number, -1) + 1, here, now())
  RETURNING * INTO newest;
  RETURN newest.number;
END $$;
SELECT yike_audit_epoch();
"""
# A constant first, so that the rows that are there need not be written anew.
COLUMN = """
ALTER TABLE core_auditrow ADD COLUMN epoch integer NOT NULL DEFAULT 0;
ALTER TABLE core_auditrow ALTER COLUMN epoch SET DEFAULT yike_audit_epoch();
"""


class Migration(migrations.Migration):
    dependencies = [("core", "0003_retention")]

    operations = [
        migrations.CreateModel(
            name="AuditEpoch",
            fields=[
                ("number", models.IntegerField(primary_key=True, serialize=False)),
                ("system_id", models.TextField()),
                ("begun_at", models.DateTimeField(default=backend.core.clock.now)),
            ],
        ),
        migrations.CreateModel(
            name="AuditExport",
            fields=[
                ("target", models.CharField(max_length=200, primary_key=True, serialize=False)),
                ("number", models.BigIntegerField()),
            ],
        ),
        migrations.RunSQL(EPOCH, "DROP FUNCTION IF EXISTS yike_audit_epoch()"),
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(COLUMN, "ALTER TABLE core_auditrow DROP COLUMN epoch")],
            state_operations=[
                migrations.AddField(
                    model_name="auditrow",
                    name="epoch",
                    field=models.IntegerField(db_default=RawSQL("yike_audit_epoch()", [])),
                )
            ],
        ),
        migrations.RemoveIndex(model_name="auditrow", name="audit_by_xact"),
        migrations.AddIndex(
            model_name="auditrow",
            index=models.Index(fields=["epoch", "xact"], name="audit_by_epoch_and_xact"),
        ),
        migrations.AddField(model_name="auditseal", name="epoch", field=models.IntegerField(default=0)),
        migrations.AddField(model_name="auditseal", name="leaves", field=models.BinaryField(default=b"")),
        append_only("core_auditepoch"),
    ]
