"""People with roles in organisations."""

from django.test import Client

from hazardmap.accounts.models import Membership, Organisation, User
from hazardmap.accounts.services import organisation_create
from hazardmap.core.access.roles import Role

PASSWORD = "a long enough password"


def person(name: str = "olga") -> User:
    return User.objects.create_user(f"{name}@fleet.example", PASSWORD, name=name.title())


def founded(name: str = "Fleet", owner: str = "olga") -> tuple[Organisation, User]:
    """An organisation and its owner."""
    user = person(owner)
    return organisation_create(name=name, owner=user), user


def member(organisation: Organisation, role: Role) -> User:
    """Somebody new in it, named by the role."""
    user = person(f"{role}-{Membership.objects.count()}")
    Membership.objects.create(organisation=organisation, user=user, role=role)
    return user


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client
