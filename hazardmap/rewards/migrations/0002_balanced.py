"""Nobody changes the ledger, and no statement leaves a booking that does not sum to zero."""

from django.db import migrations

from hazardmap.platform.append_only import append_only

BALANCED = """
CREATE FUNCTION rewards_check_balance() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM rewards_entry AS entry JOIN rewards_account AS account
            ON account.id = entry.account_id
        WHERE entry.booking_id IN (SELECT booking_id FROM added)
        GROUP BY entry.booking_id, account.currency
        HAVING sum(entry.amount_micro) <> 0
    ) THEN
        RAISE EXCEPTION 'the entries of a booking do not sum to zero';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER balanced AFTER INSERT ON rewards_entry REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION rewards_check_balance();
"""


class Migration(migrations.Migration):
    dependencies = [("rewards", "0001_initial")]

    operations = [
        append_only("rewards_booking"),
        append_only("rewards_entry"),
        migrations.RunSQL(BALANCED),
    ]
