"""The tenants."""

from django_tenants.models import DomainMixin, TenantMixin


class School(TenantMixin):
    pass


class Domain(DomainMixin):
    pass
