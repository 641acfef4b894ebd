"""Makes so many schools with django-tenants and prints how many milliseconds each took, one a line."""

import os
import sys
import time

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "settings")
django.setup()

from customers.models import School  # noqa: E402
from django.core.management import call_command  # noqa: E402

call_command("migrate_schemas", "--shared", run_syncdb=True, verbosity=0)
for number in range(int(sys.argv[1])):
    began = time.perf_counter()
    School(schema_name=f"school_{number}").save(verbosity=0)
    print((time.perf_counter() - began) * 1000, flush=True)
