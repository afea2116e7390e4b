from django.db import migrations, models
from django.db.models.functions import Cast


class Migration(migrations.Migration):
    dependencies = [("catalog", "0003_stock_truths")]
    operations = [
        migrations.RemoveField("product", "titles_text"),
        migrations.AddField(
            "product",
            "titles_text",
            models.GeneratedField(
                expression=Cast("titles", models.TextField()),
                output_field=models.TextField(),
                db_persist=True,
            ),
        ),
    ]
