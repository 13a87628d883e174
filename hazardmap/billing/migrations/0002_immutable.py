"""What was invoiced stays as it was: the database refuses to change it, whoever asks."""

from django.db import migrations

from hazardmap.platform.append_only import append_only

INVOICE = """
CREATE FUNCTION billing_guard_invoice() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE fate CONSTANT text[] := '{state,paid_at,voided_at,credited_micro}';
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF OLD.state <> 'draft' THEN
            RAISE EXCEPTION 'a finalised invoice is never deleted';
        END IF;
        RETURN OLD;
    ELSIF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'draft' THEN
            RAISE EXCEPTION 'an invoice begins as a draft';
        END IF;
    ELSIF OLD.state = 'draft' THEN
        IF NEW.state = 'finalised' THEN
            PERFORM billing_check_sums(NEW);
        ELSIF NEW.state <> 'draft' THEN
            RAISE EXCEPTION 'a draft cannot become %', NEW.state;
        END IF;
    ELSIF to_jsonb(NEW) - fate <> to_jsonb(OLD) - fate
        OR NEW.credited_micro < OLD.credited_micro
        OR NEW.paid_at IS DISTINCT FROM OLD.paid_at AND OLD.paid_at IS NOT NULL
        OR (OLD.state, NEW.state) NOT IN (
            ('finalised', 'finalised'), ('finalised', 'paid'), ('finalised', 'void'),
            ('paid', 'paid')
        )
    THEN
        RAISE EXCEPTION 'a finalised invoice is never changed';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION billing_check_sums(invoice billing_invoice) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF invoice.total_micro <> (
        SELECT coalesce(sum(amount_micro), 0) FROM billing_invoiceline
        WHERE invoice_id = invoice.id
    ) THEN
        RAISE EXCEPTION 'the lines of invoice % do not sum to its total', invoice.id;
    END IF;
    IF EXISTS (
        SELECT FROM billing_invoiceline AS line
        LEFT JOIN billing_linehour AS hour ON hour.line_id = line.id
        WHERE line.invoice_id = invoice.id
        GROUP BY line.id
        HAVING line.quantity <> coalesce(sum(hour.quantity), 0)
    ) THEN
        RAISE EXCEPTION 'the hours of a line of invoice % do not sum to its quantity', invoice.id;
    END IF;
END $$;

CREATE TRIGGER guard BEFORE INSERT OR UPDATE OR DELETE ON billing_invoice
    FOR EACH ROW EXECUTE FUNCTION billing_guard_invoice();
"""

LINES = """
CREATE FUNCTION billing_guard_lines() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE invoices uuid[];
BEGIN
    IF TG_TABLE_NAME = 'billing_invoiceline' THEN
        SELECT array_agg(DISTINCT invoice_id) INTO invoices FROM changed;
    ELSE
        SELECT array_agg(DISTINCT line.invoice_id) INTO invoices
        FROM billing_invoiceline AS line
        WHERE line.id IN (SELECT DISTINCT line_id FROM changed);
    END IF;
    -- Waits for whoever is just finalising it.
    PERFORM FROM billing_invoice WHERE id = ANY (invoices) FOR SHARE;
    IF EXISTS (SELECT FROM billing_invoice WHERE id = ANY (invoices) AND state <> 'draft') THEN
        RAISE EXCEPTION 'the lines of a finalised invoice are never changed';
    END IF;
    RETURN NULL;
END $$;
"""

GUARDED = """
CREATE TRIGGER guard_insert AFTER INSERT ON {table} REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION billing_guard_lines();
CREATE TRIGGER guard_delete AFTER DELETE ON {table} REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION billing_guard_lines();
CREATE TRIGGER guard_update BEFORE UPDATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
"""

EMPTIED = """
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("billing", "0001_initial")]

    operations = [
        append_only("billing_priceversion"),
        append_only("billing_creditnote"),
        append_only("billing_credituse"),
        migrations.RunSQL(INVOICE + EMPTIED.format(table="billing_invoice")),
        migrations.RunSQL(LINES),
        *(
            migrations.RunSQL(GUARDED.format(table=table) + EMPTIED.format(table=table))
            for table in ("billing_invoiceline", "billing_linehour")
        ),
    ]
