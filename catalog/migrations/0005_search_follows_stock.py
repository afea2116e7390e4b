"""Search's own law: whether a product is in stock follows its stock, in any case."""

from django.db import migrations

SQL = """
-- A sale that takes the last piece rewrites a search row in its place, on its page.
ALTER TABLE catalog_searchrow SET (fillfactor = 90);
-- Facts and words in one index: its statistics choose no plan of ours.
ALTER TABLE catalog_searchrow ALTER COLUMN tokens SET STATISTICS 10;

-- A transaction notes whose stock ran out or came back, and sees to their search rows
-- as it commits: after all its stock rows, in the order of products, so that no two
-- wait for each other in a circle. Of two that sell a product's last two variants the
-- second waits for the first and sees what it did. Nobody but its writer ever sees a
-- note. Holds that leave some pay for a comparison: the trigger on stock is a BEFORE
-- one, as any AFTER trigger would have the old row fetched again.
CREATE TABLE catalog_searchnote (variant_id bigint NOT NULL);

CREATE FUNCTION catalog_note_crossing() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO catalog_searchnote VALUES (NEW.variant_id);
    RETURN NEW;
END $$;

CREATE FUNCTION catalog_search_follows_stock() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    products bigint[];
BEGIN
    WITH notes AS (DELETE FROM catalog_searchnote RETURNING variant_id)
    SELECT array_agg(v.product_id) INTO products
    FROM notes JOIN catalog_variant v ON v.id = notes.variant_id;
    IF products IS NULL THEN
        RETURN NULL;  -- an earlier note's turn was all notes' turn
    END IF;
    PERFORM FROM catalog_searchrow WHERE product_id = ANY(products)
        ORDER BY product_id FOR NO KEY UPDATE;
    UPDATE catalog_searchrow r SET in_stock = NOT in_stock
    WHERE product_id = ANY(products) AND in_stock <> EXISTS (
        SELECT FROM catalog_variant v JOIN catalog_stocklevel s ON s.variant_id = v.id
        WHERE v.product_id = r.product_id
          AND s.on_hand - s.allocated - s.reserved > 0);
    RETURN NULL;
END $$;

CREATE TRIGGER stock_notes_crossing BEFORE UPDATE ON catalog_stocklevel
    FOR EACH ROW
    WHEN ((OLD.on_hand - OLD.allocated - OLD.reserved > 0)
          <> (NEW.on_hand - NEW.allocated - NEW.reserved > 0))
    EXECUTE FUNCTION catalog_note_crossing();
CREATE CONSTRAINT TRIGGER notes_reach_search AFTER INSERT ON catalog_searchnote
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    EXECUTE FUNCTION catalog_search_follows_stock();
"""

REVERSE = """
DROP TRIGGER stock_notes_crossing ON catalog_stocklevel;
DROP TABLE catalog_searchnote;
DROP FUNCTION catalog_search_follows_stock();
DROP FUNCTION catalog_note_crossing();
"""


class Migration(migrations.Migration):
    dependencies = [("catalog", "0004_variants_of_merchants")]
    operations = [migrations.RunSQL(SQL, REVERSE)]
