"""People and organisations, to edit; keys and devices, to read and without their secrets."""

from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.contrib.auth.admin import GroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import AdminPasswordChangeForm, AdminUserCreationForm, UserChangeForm
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.forms.models import BaseInlineFormSet
from django.http import HttpRequest
from django.shortcuts import redirect
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice

from hazardmap.accounts.models import ApiKey, Device, KeyEvent, Membership, Organisation, User
from hazardmap.accounts.services import (
    address_changed,
    members_changed,
    password_changed,
    roles_in,
    sessions_end,
)
from hazardmap.core.access.roles import Role
from hazardmap.platform.read_only_admin import (
    AnyModelAdmin,
    AnyTabularInline,
    DeclaredLookups,
    ReadOnlyAdmin,
    id_column,
)

# Secrets of second factors are nobody's to look at; `manage.py forget_second_factor` takes one off.
admin.site.unregister([TOTPDevice, StaticDevice, Group])

RIGHTS = ("is_staff", "is_superuser", "groups", "user_permissions")

if TYPE_CHECKING:
    UserCreation = AdminUserCreationForm[User]
    UserChange = UserChangeForm[User]
    PasswordChange = AdminPasswordChangeForm[User]
    UserAdminBase = DjangoUserAdmin[User]
    AnyFormSet = BaseInlineFormSet[Any, Any, Any]
else:  # Django's own classes take no type parameters when they run.
    UserCreation, UserChange, UserAdminBase = AdminUserCreationForm, UserChangeForm, DjangoUserAdmin
    PasswordChange, AnyFormSet = AdminPasswordChangeForm, BaseInlineFormSet


class LowerCaseEmail(forms.EmailField):
    """E-mail addresses are kept in lower case, so that nobody signs up twice."""

    def to_python(self, value: Any) -> str:
        return str(super().to_python(value)).lower()


class UserCreationForm(UserCreation):
    email = LowerCaseEmail(max_length=254)

    class Meta:
        model = User
        fields = ("email", "name")


class UserChangeFormWithEmail(UserChange):
    email = LowerCaseEmail(max_length=254)

    class Meta:
        model = User
        fields = "__all__"


class PasswordForm(PasswordChange):
    def save(self, commit: bool = True) -> User:
        user: User = super().save(commit)
        password_changed(user=user)
        sessions_end(user=user, but="")
        return user


@admin.register(User)
class UserAdmin(DeclaredLookups, UserAdminBase):
    """Rights are given by superusers only, and nobody else touches a superuser's account."""

    form = UserChangeFormWithEmail
    change_password_form = PasswordForm
    add_form = UserCreationForm
    fieldsets = (
        (None, {"fields": ("email", "name", "password", "is_active")}),
        ("Rights", {"fields": RIGHTS}),
        ("Dates", {"fields": ("last_login", "joined_at")}),
    )
    add_fieldsets = (
        (None, {"fields": ("email", "name", "usable_password", "password1", "password2")}),
    )
    list_display = ("email", "name", "is_staff", "is_active", "joined_at")
    list_filter = ("is_staff", "is_superuser", "is_active")
    search_fields = ("email", "name")
    ordering = ("email",)
    show_full_result_count = False

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> Any:
        fixed = ("last_login", "joined_at")
        return fixed if request.user.is_superuser else (*fixed, *RIGHTS)

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return super().has_change_permission(request, obj) and _may_touch(request, obj)

    def user_change_password(
        self,
        request: HttpRequest,
        id: str,  # noqa: A002 - as Django has it
        form_url: str = "",
    ) -> Any:
        """Of others; one's own where the old one is asked for: an open session is not enough."""
        if self.get_object(request, unquote(id)) == request.user:
            return redirect("security")
        return super().user_change_password(request, id, form_url)

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if change and "email" in form.changed_data:
            address_changed(owner=obj, old=form.initial["email"])

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Deleting a contributor is more than deleting a row: not from here."""
        return False


def _may_touch(request: HttpRequest, obj: User | None) -> bool:
    if obj is not None and obj.leaving_at is not None:
        return False  # what is left of it is being deleted
    if request.user.is_superuser or obj is None:
        return True
    return not obj.is_staff or obj.pk == request.user.pk


@admin.register(Group)
class RightsAdmin(DeclaredLookups, GroupAdmin):
    """What a group may, its members may: superusers alone change that too."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_superuser)

    def has_change_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:
        return bool(request.user.is_superuser)

    def has_delete_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:
        return bool(request.user.is_superuser)


class MembersFormSet(AnyFormSet):
    def clean(self) -> None:
        super().clean()
        rows = [getattr(form, "cleaned_data", {}) for form in self.forms]
        roles = {row["role"] for row in rows if row.get("role") and not row.get("DELETE")}
        if roles and Role.OWNER not in roles:
            raise ValidationError("An organisation keeps an owner.")


class MembershipInline(AnyTabularInline):
    model = Membership
    formset = MembersFormSet
    autocomplete_fields = ("user",)
    extra = 0


@admin.register(Organisation)
class OrganisationAdmin(DeclaredLookups, AnyModelAdmin):
    """One that is closed is kept as it is; its owners close it, or `manage.py close_organisation`,
    which sees to its money."""

    list_display = ("name", "created_at", "closed_at")
    search_fields = ("name",)
    ordering = ("name",)
    readonly_fields = ("created_at", "closed_at")
    inlines = (MembershipInline,)

    def has_change_permission(self, request: HttpRequest, obj: Organisation | None = None) -> bool:
        is_open = obj is None or obj.closed_at is None
        return is_open and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Organisation | None = None) -> bool:
        return False

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Or whoever may edit organisations could put himself into any of them unnoticed."""
        organisation, actor = form.instance, cast("User", request.user)
        before = roles_in(organisation)
        super().save_related(request, form, formsets, change)
        members_changed(organisation=organisation, before=before, actor=actor)


@admin.register(ApiKey)
class ApiKeyAdmin(ReadOnlyAdmin):
    list_display = (
        *("kid", "name", "organisation", "environment", "created_at", "expires_at"),
        *("revoked_at", "last_used_at"),
    )
    list_select_related = ("organisation",)
    list_filter = ("environment", ("revoked_at", admin.EmptyFieldListFilter))
    search_fields = ("=kid", "name", "organisation__name")
    ordering = ("-created_at",)
    fields = (
        *list_display,
        *("scopes", "allowed_origins", "allowed_networks", "replaces", "last_used_from"),
    )


@admin.register(KeyEvent)
class KeyEventAdmin(ReadOnlyAdmin):
    list_display = ("at", "key", "verb", "note", "actor_id")
    list_select_related = ("key",)
    list_filter = ("verb",)
    search_fields = ("=key__kid",)
    ordering = ("-at",)
    fields = list_display


@admin.register(Device)
class DeviceAdmin(ReadOnlyAdmin):
    """The owner is shown as the witness number that stands in the map's evidence, and without the
    device's name, which may be the owner's.
    """

    list_display = (id_column("id"), "witness", "created_at", "revoked_at")
    list_select_related = ("owner",)
    list_filter = (("revoked_at", admin.EmptyFieldListFilter),)
    search_fields = ("=id", "=kid", "=owner__witness")
    ordering = ("-created_at",)
    fields = (
        *("id", "witness", "kid", "created_at", "revoked_at"),
        *("hfov_deg", "camera_height_m", "pitch_deg", "yaw_deg", "distortion"),
    )

    @admin.display(ordering="owner__witness")
    def witness(self, device: Device) -> int:
        return device.owner.witness
