from django.urls import path

from crm.contacts import views

app_name = "contacts"
urlpatterns = [
    path("", views.ContactList.as_view(), name="list"),
    path("<int:pk>/", views.detail, name="detail"),
    path("<int:pk>/edit/", views.ContactEdit.as_view(), name="edit"),
]
