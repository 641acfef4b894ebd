"""Makes a fleet of schools with django-tenants itself (`make`), or works in one (`use SCHEMA`)."""

import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "settings")
django.setup()

from customers.models import Domain, School  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from pupils.models import Form, Pupil, Remark  # noqa: E402


def make():
    call_command("migrate_schemas", "--shared", verbosity=0)
    School(schema_name="public", name="All schools").save()
    for schema, name in [
        ("oakwood", "Oakwood Primary"),
        ("birch_lane", "Birch Lane School"),
        ("st-marys", "St Mary's"),
        ("lost", "A school whose row goes"),
    ]:
        school = School(schema_name=schema, name=name)
        school.save(verbosity=0)
        Domain(domain=f"{schema}.example.org", tenant=school).save()
        with school:
            form = Form.objects.create(title="1a")
            for number in range(20):
                pupil = Pupil.objects.create(name=f"{name} {number}", form=form, grade="2.5")
                Remark.objects.create(pupil=pupil, text="back\\slash\ttab\nline " * 200)
    # left behind at the first migration
    call_command(
        "migrate_schemas", "pupils", "0001", schema_name="birch_lane", tenant=True, verbosity=0
    )
    # a schema without a row, and a row without a schema
    connection.set_schema_to_public()
    with connection.cursor() as cursor:
        cursor.execute("delete from customers_domain where domain = 'lost.example.org'")
        cursor.execute("delete from customers_school where schema_name = 'lost'")
    planned = School(schema_name="planned", name="Not made yet")
    planned.auto_create_schema = False
    planned.save()


def use(schema):
    with School.objects.get(schema_name=schema):
        form = Form.objects.create(title=f"of {Form.objects.count() + 1}")
        pupil = Pupil.objects.create(name="Newcomer", form=form)
        Pupil.objects.filter(pk=pupil.pk).update(grade="1.0")
        print(Pupil.objects.count())
        pupil.delete()
        form.delete()


make() if sys.argv[1] == "make" else use(sys.argv[2])
