"""Provenance's own law: a lot's grams, a one-off's product, what stays as it was."""

from django.db import migrations

OF_PIECES = ("rawuse", "work", "labreport", "passport")

HELD = "CREATE UNIQUE INDEX variants_by_product ON catalog_variant (id, product_id);" + "".join(
    f"""
ALTER TABLE catalog_{table} ADD CONSTRAINT a_{table}_has_its_variants_product
    FOREIGN KEY (variant_id, product_id) REFERENCES catalog_variant (id, product_id)
    DEFERRABLE INITIALLY DEFERRED;
"""
    for table in OF_PIECES
)

FREE = (
    "".join(
        f"ALTER TABLE catalog_{table} "
        f"DROP CONSTRAINT a_{table}_has_its_variants_product;\n"
        for table in OF_PIECES
    )
    + "DROP INDEX variants_by_product;"
)

SQL = """
-- What is used of a lot is what its uses weigh. An UPDATE of the lot's other facts may
-- carry an old count, so a direct write keeps what is there instead of failing.
CREATE FUNCTION catalog_lot_keeps_its_count() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        NEW.used_g := 0;
    ELSIF pg_trigger_depth() < 2 THEN
        NEW.used_g := OLD.used_g;
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER lot_keeps_its_count BEFORE INSERT OR UPDATE ON catalog_rawlot
    FOR EACH ROW EXECUTE FUNCTION catalog_lot_keeps_its_count();

CREATE FUNCTION catalog_use_weighs_on_its_lot() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' AND OLD.grams IS NOT NULL THEN
        UPDATE catalog_rawlot SET used_g = used_g - OLD.grams WHERE id = OLD.lot_id;
    END IF;
    IF TG_OP <> 'DELETE' AND NEW.grams IS NOT NULL THEN
        UPDATE catalog_rawlot SET used_g = used_g + NEW.grams WHERE id = NEW.lot_id;
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER use_weighs_on_its_lot
    AFTER INSERT OR DELETE OR UPDATE OF lot_id, grams ON catalog_rawuse
    FOR EACH ROW EXECUTE FUNCTION catalog_use_weighs_on_its_lot();

-- A label lasts for years: its code stays this stone's.
CREATE FUNCTION catalog_passport_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'passports are never deleted: revoke it'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF OLD.revoked_at IS NOT NULL OR (NEW.code, NEW.product_id, NEW.issued_at)
            <> (OLD.code, OLD.product_id, OLD.issued_at)
            OR NEW.variant_id IS DISTINCT FROM OLD.variant_id THEN
        RAISE EXCEPTION 'passport % stays as it is', OLD.code
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER passport_stays BEFORE UPDATE OR DELETE ON catalog_passport
    FOR EACH ROW EXECUTE FUNCTION catalog_passport_stays();

-- What somebody checked is what is there. Only the check can be taken back.
CREATE FUNCTION catalog_checked_evidence_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR (NEW.file, NEW.link, NEW.kind, NEW.proves)
            <> (OLD.file, OLD.link, OLD.kind, OLD.proves)
            OR (NEW.lot_id, NEW.use_id, NEW.work_id, NEW.report_id, NEW.honour_id)
            IS DISTINCT FROM
            (OLD.lot_id, OLD.use_id, OLD.work_id, OLD.report_id, OLD.honour_id) THEN
        RAISE EXCEPTION 'evidence % was checked as it is', OLD.id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER checked_evidence_stays BEFORE UPDATE OR DELETE ON catalog_evidence
    FOR EACH ROW WHEN (OLD.checked_on IS NOT NULL)
    EXECUTE FUNCTION catalog_checked_evidence_stays();
"""

REVERSE = """
DROP TRIGGER checked_evidence_stays ON catalog_evidence;
DROP FUNCTION catalog_checked_evidence_stays();
DROP TRIGGER passport_stays ON catalog_passport;
DROP FUNCTION catalog_passport_stays();
DROP TRIGGER use_weighs_on_its_lot ON catalog_rawuse;
DROP FUNCTION catalog_use_weighs_on_its_lot();
DROP TRIGGER lot_keeps_its_count ON catalog_rawlot;
DROP FUNCTION catalog_lot_keeps_its_count();
"""


class Migration(migrations.Migration):
    dependencies = [("catalog", "0006_search_follows_standing")]
    operations = [migrations.RunSQL(HELD, FREE), migrations.RunSQL(SQL, REVERSE)]
