"""People."""

from hazardmap.accounts.models import User


def user_create(
    *,
    email: str,
    password: str,
    name: str = "",
    is_staff: bool = False,
    is_superuser: bool = False,
) -> User:
    """A new account. Raises IntegrityError if there is one with this address."""
    return User.objects.create_user(
        email, password, name=name, is_staff=is_staff, is_superuser=is_superuser
    )
