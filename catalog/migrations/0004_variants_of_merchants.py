"""A variant belongs to its product's merchant, held by a key over both, and has stock."""

from django.db import migrations

HELD = """
ALTER TABLE catalog_variant ADD CONSTRAINT a_variant_has_its_products_merchant
    FOREIGN KEY (product_id, merchant_id) REFERENCES catalog_product (id, merchant_id)
    DEFERRABLE INITIALLY DEFERRED;
"""

FREE = "ALTER TABLE catalog_variant DROP CONSTRAINT a_variant_has_its_products_merchant"

OPEN = """
-- Each variant has its stock row from its first moment.
CREATE FUNCTION catalog_variant_opens_stock() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO catalog_stocklevel (variant_id, on_hand, allocated, reserved)
    VALUES (NEW.id, 0, 0, 0);
    RETURN NULL;
END $$;

CREATE TRIGGER variant_opens_stock AFTER INSERT ON catalog_variant
    FOR EACH ROW EXECUTE FUNCTION catalog_variant_opens_stock();
"""

CLOSE = """
DROP TRIGGER variant_opens_stock ON catalog_variant;
DROP FUNCTION catalog_variant_opens_stock();
"""


class Migration(migrations.Migration):
    dependencies = [("catalog", "0003_stock_truths")]
    operations = [migrations.RunSQL(HELD, FREE), migrations.RunSQL(OPEN, CLOSE)]
