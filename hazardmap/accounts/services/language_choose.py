"""The language of mails to somebody."""

from django.conf import settings
from django.utils.translation import gettext as _

from hazardmap.accounts.models import User
from hazardmap.accounts.refused import AccountsRefused


def language_choose(*, user: User, language: str) -> None:
    """Raises AccountsRefused where the site does not speak it."""
    if language not in dict(settings.LANGUAGES):
        raise AccountsRefused(_("Choose one of the languages of this site."))
    User.objects.filter(pk=user.pk).update(language=language)
