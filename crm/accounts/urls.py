from django.urls import path

from crm.accounts import views

app_name = "accounts"
urlpatterns = [
    path("", views.AccountList.as_view(), name="list"),
    path("<int:pk>/", views.AccountDetail.as_view(), name="detail"),
    path("<int:pk>/edit/", views.AccountEdit.as_view(), name="edit"),
    path("<int:pk>/parent/", views.parent, name="parent"),
    path("<int:pk>/addresses/new/", views.address, name="new_address"),
    path("<int:pk>/addresses/<int:address>/", views.address, name="address"),
]
