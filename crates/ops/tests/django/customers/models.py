"""The tenants: what a user of django-tenants declares."""

from django.db import models
from django_tenants.models import DomainMixin, TenantMixin


class School(TenantMixin):
    name = models.CharField(max_length=100)
    created_on = models.DateField(auto_now_add=True)


class Domain(DomainMixin):
    pass
