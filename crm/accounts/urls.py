from django.urls import path

from crm.accounts import views
from crm.accounts.merge_pages import PAGES
from crm.accounts.models import Account
from crm.people.handover_views import HandOver, HandOverMany
from crm.people.merge_views import Compare, Duplicates, Undo

app_name = "accounts"
urlpatterns = [
    path("", views.AccountList.as_view(), name="list"),
    path("export/", views.AccountExport.as_view(), name="export"),
    path("owner/", HandOverMany.as_view(model=Account), name="hand_over_many"),
    path("<int:pk>/", views.AccountDetail.as_view(), name="detail"),
    path("<int:pk>/owner/", HandOver.as_view(model=Account), name="hand_over"),
    path("<int:pk>/edit/", views.AccountEdit.as_view(), name="edit"),
    path("<int:pk>/parent/", views.parent, name="parent"),
    path("<int:pk>/addresses/new/", views.address, name="new_address"),
    path("<int:pk>/addresses/<int:address>/", views.address, name="address"),
    path("<int:pk>/duplicates/", Duplicates.as_view(pages=PAGES), name="duplicates"),
    path("<int:pk>/merge/<int:other>/", Compare.as_view(pages=PAGES), name="merge"),
    path("merges/<int:pk>/undo/", Undo.as_view(pages=PAGES), name="undo_merge"),
]
