"""Search's own law: whether a product is in stock follows its stock, in any case."""

from django.db import migrations

SQL = """
-- A sale that takes the last piece rewrites a search row in its place, on its page.
ALTER TABLE catalog_searchrow SET (fillfactor = 90);
-- Facts and words in one index: its statistics choose no plan of ours.
ALTER TABLE catalog_searchrow ALTER COLUMN tokens SET STATISTICS 10;

-- A transaction notes whose stock ran out or came back, and sees to their search rows
-- as it commits: after all its stock rows, in the order of products, so that no two
-- wait for each other. Of two that sell the last two variants the second waits for the
-- first and sees what it did.
CREATE FUNCTION catalog_note_crossing() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('donghai.crossed', concat_ws(',',
        nullif(current_setting('donghai.crossed', true), ''), NEW.variant_id), true);
    RETURN NULL;
END $$;

CREATE FUNCTION catalog_search_follows_stock() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    noted text := nullif(current_setting('donghai.crossed', true), '');
    products bigint[];
BEGIN
    IF noted IS NULL THEN
        RETURN NULL;
    END IF;
    PERFORM set_config('donghai.crossed', '', true);
    products := ARRAY(SELECT product_id FROM catalog_variant
                      WHERE id = ANY(string_to_array(noted, ',')::bigint[]));
    PERFORM FROM catalog_searchrow WHERE product_id = ANY(products)
        ORDER BY product_id FOR NO KEY UPDATE;
    UPDATE catalog_searchrow r SET in_stock = NOT in_stock
    WHERE product_id = ANY(products) AND in_stock <> EXISTS (
        SELECT FROM catalog_variant v JOIN catalog_stocklevel s ON s.variant_id = v.id
        WHERE v.product_id = r.product_id
          AND s.on_hand - s.allocated - s.reserved > 0);
    RETURN NULL;
END $$;

CREATE TRIGGER stock_notes_crossing AFTER UPDATE ON catalog_stocklevel
    FOR EACH ROW
    WHEN ((OLD.on_hand - OLD.allocated - OLD.reserved > 0)
          <> (NEW.on_hand - NEW.allocated - NEW.reserved > 0))
    EXECUTE FUNCTION catalog_note_crossing();
CREATE CONSTRAINT TRIGGER stock_tells_search AFTER UPDATE ON catalog_stocklevel
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN ((OLD.on_hand - OLD.allocated - OLD.reserved > 0)
          <> (NEW.on_hand - NEW.allocated - NEW.reserved > 0))
    EXECUTE FUNCTION catalog_search_follows_stock();
"""

REVERSE = """
DROP TRIGGER stock_tells_search ON catalog_stocklevel;
DROP TRIGGER stock_notes_crossing ON catalog_stocklevel;
DROP FUNCTION catalog_search_follows_stock();
DROP FUNCTION catalog_note_crossing();
"""


class Migration(migrations.Migration):
    dependencies = [("catalog", "0008_search")]
    operations = [migrations.RunSQL(SQL, REVERSE)]
