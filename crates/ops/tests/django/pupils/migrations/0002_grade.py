from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("pupils", "0001_initial")]
    operations = [
        migrations.AddField(
            model_name="pupil",
            name="grade",
            field=models.DecimalField(decimal_places=1, max_digits=3, null=True),
        ),
    ]
