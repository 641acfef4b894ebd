"""A small application on django-tenants, as its manual describes one."""

import os

DATABASES = {
    "default": {
        "ENGINE": "django_tenants.postgresql_backend",
        "HOST": os.environ["SCHOOLS_HOST"],
        "PORT": os.environ["SCHOOLS_PORT"],
        "NAME": os.environ["SCHOOLS_DATABASE"],
        "USER": os.environ["SCHOOLS_USER"],
        "PASSWORD": os.environ["SCHOOLS_PASSWORD"],
    }
}
DATABASE_ROUTERS = ["django_tenants.routers.TenantSyncRouter"]
SHARED_APPS = ["django_tenants", "customers", "django.contrib.contenttypes"]
TENANT_APPS = ["pupils"]
INSTALLED_APPS = SHARED_APPS + TENANT_APPS
TENANT_MODEL = "customers.School"
TENANT_DOMAIN_MODEL = "customers.Domain"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
SECRET_KEY = "of the tests"
USE_TZ = True
