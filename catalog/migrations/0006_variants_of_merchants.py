"""A variant belongs to its product's merchant, held by a key over both."""

import django.db.models.deletion
from django.db import migrations, models

FILL = """
UPDATE catalog_variant v SET merchant_id = p.merchant_id
FROM catalog_product p WHERE p.id = v.product_id;
SET CONSTRAINTS ALL IMMEDIATE;
"""

HELD = """
ALTER TABLE catalog_variant ADD CONSTRAINT a_variant_has_its_products_merchant
    FOREIGN KEY (product_id, merchant_id) REFERENCES catalog_product (id, merchant_id)
    DEFERRABLE INITIALLY DEFERRED;
"""


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
    dependencies = [("catalog", "0005_market")]
    operations = [
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.AlterField(
            "variant",
            "merchant",
            models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="variants",
                to="catalog.merchant",
            ),
        ),
        migrations.RunSQL(
            HELD,
            "ALTER TABLE catalog_variant "
            "DROP CONSTRAINT a_variant_has_its_products_merchant",
        ),
        migrations.RunSQL(OPEN, CLOSE),
    ]
