from django.urls import path

from crm.contacts import views
from crm.contacts.merge_pages import PAGES
from crm.contacts.models import Contact
from crm.people.handover_views import HandOver, HandOverMany
from crm.people.merge_views import Compare, Duplicates, Undo

app_name = "contacts"
urlpatterns = [
    path("", views.ContactList.as_view(), name="list"),
    path("export/", views.ContactExport.as_view(), name="export"),
    path("owner/", HandOverMany.as_view(model=Contact), name="hand_over_many"),
    path("<int:pk>/", views.ContactDetail.as_view(), name="detail"),
    path("<int:pk>/owner/", HandOver.as_view(model=Contact), name="hand_over"),
    path("<int:pk>/edit/", views.ContactEdit.as_view(), name="edit"),
    path("<int:pk>/account/", views.move, name="move"),
    path("<int:pk>/addresses/new/", views.address, name="new_address"),
    path("<int:pk>/addresses/<int:address>/", views.address, name="address"),
    path("<int:pk>/duplicates/", Duplicates.as_view(pages=PAGES), name="duplicates"),
    path("<int:pk>/merge/<int:other>/", Compare.as_view(pages=PAGES), name="merge"),
    path("merges/<int:pk>/undo/", Undo.as_view(pages=PAGES), name="undo_merge"),
]
