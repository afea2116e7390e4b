"""Search shows what is listed by approved merchants, whoever changes either."""

from django.db import migrations

SQL = """
CREATE FUNCTION catalog_search_follows_standing() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    WITH said AS (
        SELECT p.id, p.state = 'LISTED' AND m.state = 'APPROVED' AS is_public
        FROM catalog_product p JOIN catalog_merchant m ON m.id = p.merchant_id
        WHERE CASE TG_TABLE_NAME
              WHEN 'catalog_merchant' THEN p.merchant_id = NEW.id ELSE p.id = NEW.id END),
    locked AS (
        SELECT r.product_id, said.is_public FROM catalog_searchrow r
        JOIN said ON said.id = r.product_id AND said.is_public <> r.is_public
        ORDER BY r.product_id FOR NO KEY UPDATE OF r)
    UPDATE catalog_searchrow r SET is_public = locked.is_public
    FROM locked WHERE r.product_id = locked.product_id;
    RETURN NULL;
END $$;

CREATE TRIGGER search_follows_merchants AFTER UPDATE OF state ON catalog_merchant
    FOR EACH ROW WHEN ((OLD.state = 'APPROVED') <> (NEW.state = 'APPROVED'))
    EXECUTE FUNCTION catalog_search_follows_standing();
CREATE TRIGGER search_follows_products AFTER UPDATE OF state ON catalog_product
    FOR EACH ROW WHEN ((OLD.state = 'LISTED') <> (NEW.state = 'LISTED'))
    EXECUTE FUNCTION catalog_search_follows_standing();
"""

REVERSE = """
DROP TRIGGER search_follows_products ON catalog_product;
DROP TRIGGER search_follows_merchants ON catalog_merchant;
DROP FUNCTION catalog_search_follows_standing();
"""


class Migration(migrations.Migration):
    dependencies = [("catalog", "0005_search_follows_stock")]
    operations = [migrations.RunSQL(SQL, REVERSE)]
