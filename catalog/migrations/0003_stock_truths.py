"""Stock's own law: movements alone move the counters, and a hold ends once."""

from django.db import migrations

SQL = """
-- A stock row opens empty, and its counters follow movements, never a bare UPDATE.
CREATE FUNCTION catalog_stock_follows_movements() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.on_hand <> 0 OR NEW.allocated <> 0 OR NEW.reserved <> 0 THEN
            RAISE EXCEPTION 'stock opens empty: insert a movement'
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
    ELSIF pg_trigger_depth() < 2 THEN
        RAISE EXCEPTION 'on hand and sold follow movements: insert one'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER stock_opens_empty BEFORE INSERT ON catalog_stocklevel
    FOR EACH ROW EXECUTE FUNCTION catalog_stock_follows_movements();
CREATE TRIGGER stock_follows_movements BEFORE UPDATE ON catalog_stocklevel
    FOR EACH ROW
    WHEN (OLD.on_hand <> NEW.on_hand OR OLD.allocated <> NEW.allocated)
    EXECUTE FUNCTION catalog_stock_follows_movements();

CREATE FUNCTION catalog_movement_moves_stock() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE catalog_stocklevel
    SET on_hand = on_hand + NEW.on_hand, allocated = allocated + NEW.allocated
    WHERE variant_id = NEW.variant_id;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'variant % has no stock row', NEW.variant_id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER movement_moves_stock AFTER INSERT ON catalog_stockmovement
    FOR EACH ROW EXECUTE FUNCTION catalog_movement_moves_stock();

CREATE FUNCTION catalog_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: add a row that corrects it', TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE TRIGGER movements_are_append_only BEFORE UPDATE OR DELETE ON catalog_stockmovement
    FOR EACH ROW EXECUTE FUNCTION catalog_append_only();

-- What a hold promises never changes, and once ended it stays as it ended.
CREATE FUNCTION catalog_hold_ends_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'holds are never deleted'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF OLD.state NOT IN ('HELD', 'PAYING') THEN
        RAISE EXCEPTION 'hold % has ended as %', OLD.id, OLD.state
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.variant_id <> OLD.variant_id OR NEW.quantity <> OLD.quantity THEN
        RAISE EXCEPTION 'a hold keeps its variant and quantity'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER hold_ends_once BEFORE UPDATE OR DELETE ON catalog_hold
    FOR EACH ROW EXECUTE FUNCTION catalog_hold_ends_once();
"""

REVERSE = """
DROP TRIGGER hold_ends_once ON catalog_hold;
DROP FUNCTION catalog_hold_ends_once();
DROP TRIGGER movements_are_append_only ON catalog_stockmovement;
DROP FUNCTION catalog_append_only();
DROP TRIGGER movement_moves_stock ON catalog_stockmovement;
DROP FUNCTION catalog_movement_moves_stock();
DROP TRIGGER stock_follows_movements ON catalog_stocklevel;
DROP TRIGGER stock_opens_empty ON catalog_stocklevel;
DROP FUNCTION catalog_stock_follows_movements();
"""


class Migration(migrations.Migration):
    dependencies = [("catalog", "0001_tables")]
    operations = [migrations.RunSQL(SQL, REVERSE)]
