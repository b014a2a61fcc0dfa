"""Row walls round what is personal, and the rules of the books: they balance at the commit and are never changed."""

from django.db import migrations

from backend.core.walls import Wall, append_only

CHECK_POSTING = """
CREATE FUNCTION payments_check_posting() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  target uuid;
  wanted integer;
  found integer;
BEGIN
  IF TG_TABLE_NAME = 'payments_posting' THEN target := NEW.id; ELSE target := NEW.posting_id; END IF;
  SELECT lines INTO wanted FROM payments_posting WHERE id = target;
  SELECT count(*) INTO found FROM payments_entry WHERE posting_id = target;
  IF found < 2 OR found <> wanted THEN
    RAISE EXCEPTION 'posting % has % entries, not % (at least 2)', target, found, wanted USING ERRCODE = '23514';
  END IF;
  IF EXISTS (SELECT 1 FROM payments_entry WHERE posting_id = target GROUP BY currency HAVING sum(amount) <> 0) THEN
    RAISE EXCEPTION 'posting % does not sum to zero', target USING ERRCODE = '23514';
  END IF;
  IF EXISTS (
    SELECT 1 FROM payments_entry e
    JOIN payments_ledgeraccount a ON a.id = e.account_id
    JOIN payments_posting p ON p.id = e.posting_id
    WHERE e.posting_id = target AND a.payee_id <> p.payee_id
  ) THEN
    RAISE EXCEPTION 'posting % touches the books of another payee', target USING ERRCODE = '23514';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER payments_posting_balanced AFTER INSERT ON payments_posting
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION payments_check_posting();
CREATE CONSTRAINT TRIGGER payments_entry_balanced AFTER INSERT ON payments_entry
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION payments_check_posting();
"""

UNDO = """
DROP TRIGGER payments_entry_balanced ON payments_entry;
DROP TRIGGER payments_posting_balanced ON payments_posting;
DROP FUNCTION payments_check_posting();
"""


def _beside(table: str, parent: str, column: str) -> Wall:
    """Rows seen by whoever sees the row they belong to."""
    seen = f"EXISTS (SELECT 1 FROM {parent} parent WHERE parent.id = {table}.{column})"  # noqa: S608 - names of this file
    return Wall(table, "payments", also=seen)


class Migration(migrations.Migration):
    dependencies = [("payments", "0001_initial"), ("core", "0001_initial")]

    operations = [
        Wall("payments_account", "payments", home="home_id", company="company_id"),
        Wall("payments_bill", "payments", home="home_id", company="company_id"),
        Wall("payments_attempt", "payments", person="payer_id", company="company_id"),
        Wall("payments_refund", "payments", person="payer_id", company="company_id"),
        _beside("payments_meter", "payments_account", "account_id"),
        _beside("payments_reading", "payments_meter", "meter_id"),
        _beside("payments_billline", "payments_bill", "bill_id"),
        _beside("payments_allocation", "payments_attempt", "attempt_id"),
        Wall(
            "payments_payment",
            "payments",
            person="payer_id",
            also="EXISTS (SELECT 1 FROM payments_attempt part WHERE part.payment_id = payments_payment.id)",
        ),
        migrations.RunSQL(CHECK_POSTING, UNDO),
        append_only("payments_posting"),
        append_only("payments_entry"),
    ]
