"""The school's tables, by the very script that everybody else runs, sent as one statement."""

import os
import pathlib

from django.db import migrations


class Migration(migrations.Migration):
    initial = True
    operations = [migrations.RunSQL([pathlib.Path(os.environ["SCHOOL_SCRIPT"]).read_text()])]
