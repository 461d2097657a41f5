from allauth.account import admin as _allauth_admin  # noqa: F401
from allauth.account.decorators import secure_admin_login
from allauth.account.models import EmailAddress
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group
from django.http import HttpRequest
from unfold.admin import ModelAdmin
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from crm.people.admin_forms import QuotaForm
from crm.people.admin_hours import AbsenceInline, FreeDayInline, HolidayPlaceForm, ManagersOnly, WorkingHoursInline
from crm.people.admin_territories import TerritoryAdmin as TerritoryAdmin
from crm.people.models import Company, Quota, Team, User
from crm.web.admin import PartInline

# One log-in for all: the admin sends people to the same page, and refuses those whose role has no business here.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]
admin.site.index_title = "Home"
# Roles decide, not groups; and a user has one address (both registered by the imports above).
admin.site.unregister([Group, EmailAddress])


class NewUserForm(UserCreationForm):
    class Meta:
        model = User
        fields = ("email",)


class UserForm(HolidayPlaceForm, UserChangeForm):
    class Meta:
        model = User
        fields = "__all__"


class QuotaInline(PartInline):
    model = Quota
    form = QuotaForm
    fields = ("period", "amount", "currency")
    tab = True


@admin.register(User)
class UserAdmin(DjangoUserAdmin, ModelAdmin):
    form = UserForm
    add_form = NewUserForm
    change_password_form = AdminPasswordChangeForm
    list_display = ("__str__", "email", "role", "team", "is_active")
    list_filter = ("role", "team", "is_active")
    search_fields = ("first_name", "last_name", "email")
    ordering = ("first_name", "last_name")
    filter_horizontal = ()
    readonly_fields = ("last_login", "date_joined")
    inlines = [QuotaInline, WorkingHoursInline, AbsenceInline]
    fieldsets = (
        (None, {"fields": ("email", "password", ("role", "team"), "is_active")}),
        ("Person", {"fields": (("first_name", "last_name"), "phone", "booking_link")}),
        ("Work", {"fields": ("leads_per_day", "time_zone", ("country", "region"))}),
        ("Dates", {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = (
        (
            None,
            {
                "classes": ("wide",),
                "fields": ("email", "first_name", "last_name", "role", "team", "time_zone", "password1", "password2"),
            },
        ),
    )

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """People are deactivated: what they did keeps their name."""
        return False


class MemberInline(PartInline):
    model = User
    fields = ("email", "first_name", "last_name", "role")
    readonly_fields = fields
    verbose_name_plural = "members"

    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    has_delete_permission = has_add_permission


@admin.register(Team)
class TeamAdmin(ManagersOnly, ModelAdmin):
    form = HolidayPlaceForm
    list_display = ("name", "manager")
    list_select_related = ("manager",)
    search_fields = ("name",)
    fields = ("name", "manager", ("country", "region"))
    inlines = [MemberInline, WorkingHoursInline, FreeDayInline]


@admin.register(Quota)
class QuotaAdmin(ModelAdmin):
    form = QuotaForm
    fields = ("user", "period", "amount", "currency")
    list_display = ("user", "period_label", "amount", "currency")
    list_display_links = ("user",)
    list_filter = ("user__team", "user")
    list_filter_submit = True
    list_select_related = ("user",)
    autocomplete_fields = ("user",)
    search_fields = ("user__first_name", "user__last_name", "user__email")
    date_hierarchy = "starts_on"

    @admin.display(description="Period", ordering="starts_on")
    def period_label(self, quota: Quota) -> str:
        return quota.period_label


@admin.register(Company)
class CompanyAdmin(ModelAdmin):
    form = HolidayPlaceForm
    list_display = ("name", "time_zone", "country", "currency")
    inlines = [WorkingHoursInline]
    fieldsets = (
        (None, {"fields": ("name", "postal_address", "currency")}),
        ("Place and time", {"fields": ("time_zone", ("country", "region"))}),
        ("Look of mails", {"fields": ("color", "logo")}),
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return not Company.objects.exists() and super().has_add_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: Company | None = None) -> bool:
        return False
