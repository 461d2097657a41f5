from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("", include("crm.web.urls")),
    path("accounts/", include("allauth.account.urls")),
    path("", include("crm.people.urls")),
    path("outbox/", include("crm.outbox.urls")),
    path("", include("leads.urls")),
    path("opportunities/", include("crm.opportunities.urls")),
    path("accounts/", include("crm.accounts.urls")),
    path("contacts/", include("crm.contacts.urls")),
    path("activities/", include("activities.urls")),
    path("", include("nurture.urls")),
    path("", include("reports.urls")),
    path("admin/", admin.site.urls),
]
