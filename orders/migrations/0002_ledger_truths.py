"""What the ledger never lets happen, whoever writes to it.

A journal's postings sum to zero per currency when its transaction commits, it has some, no
posting joins it later, and neither is ever changed or deleted. TRUNCATE stays possible for
tests; the application's database user should not hold that right in production.
"""

from django.db import migrations

GUARDS = """
CREATE FUNCTION ledger_is_only_added_to() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the ledger is only added to: book a reversal'
        USING ERRCODE = 'restrict_violation', TABLE = TG_TABLE_NAME;
END $$;

CREATE TRIGGER a_journal_is_never_changed BEFORE UPDATE OR DELETE ON orders_journal
    FOR EACH ROW EXECUTE FUNCTION ledger_is_only_added_to();
CREATE TRIGGER a_posting_is_never_changed BEFORE UPDATE OR DELETE ON orders_posting
    FOR EACH ROW EXECUTE FUNCTION ledger_is_only_added_to();

CREATE FUNCTION posting_comes_with_its_journal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM orders_journal
                   WHERE id = NEW.journal_id AND written_in = txid_current()) THEN
        RAISE EXCEPTION 'journal % is closed: book another', NEW.journal_id
            USING ERRCODE = 'restrict_violation', TABLE = TG_TABLE_NAME;
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER a_posting_comes_with_its_journal BEFORE INSERT ON orders_posting
    FOR EACH ROW EXECUTE FUNCTION posting_comes_with_its_journal();

CREATE FUNCTION journal_balances() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    this bigint := (to_jsonb(NEW) ->> TG_ARGV[0])::bigint;
BEGIN
    IF EXISTS (SELECT FROM orders_posting WHERE journal_id = this
               GROUP BY currency HAVING sum(amount_minor) <> 0)
       OR NOT EXISTS (SELECT FROM orders_posting WHERE journal_id = this) THEN
        RAISE EXCEPTION 'journal % does not balance', this
            USING ERRCODE = 'check_violation', TABLE = TG_TABLE_NAME,
                  CONSTRAINT = 'a_journal_balances_per_currency';
    END IF;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER a_journal_balances_per_currency AFTER INSERT ON orders_journal
    DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION journal_balances('id');
CREATE CONSTRAINT TRIGGER a_posting_keeps_the_balance AFTER INSERT ON orders_posting
    DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION journal_balances('journal_id');
"""

FREE = """
DROP TRIGGER a_posting_keeps_the_balance ON orders_posting;
DROP TRIGGER a_journal_balances_per_currency ON orders_journal;
DROP TRIGGER a_posting_comes_with_its_journal ON orders_posting;
DROP TRIGGER a_posting_is_never_changed ON orders_posting;
DROP TRIGGER a_journal_is_never_changed ON orders_journal;
DROP FUNCTION journal_balances();
DROP FUNCTION posting_comes_with_its_journal();
DROP FUNCTION ledger_is_only_added_to();
"""


class Migration(migrations.Migration):
    dependencies = [("orders", "0001_tables")]

    operations = [migrations.RunSQL(GUARDS, FREE)]
