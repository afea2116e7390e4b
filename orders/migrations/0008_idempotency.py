"""Idempotency keys move down to donghai, with all that they remember."""

from django.db import migrations

MOVE = """
ALTER TABLE orders_idempotencykey RENAME TO donghai_idempotencykey;
ALTER SEQUENCE orders_idempotencykey_id_seq RENAME TO donghai_idempotencykey_id_seq;
"""
BACK = """
ALTER SEQUENCE donghai_idempotencykey_id_seq RENAME TO orders_idempotencykey_id_seq;
ALTER TABLE donghai_idempotencykey RENAME TO orders_idempotencykey;
"""


class Migration(migrations.Migration):
    dependencies = [("donghai", "0002_idempotency"), ("orders", "0007_terms")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[migrations.DeleteModel("IdempotencyKey")],
            database_operations=[migrations.RunSQL(MOVE, BACK)],
        )
    ]
