from django.urls import path

from crm.accounts import views

app_name = "accounts"
urlpatterns = [
    path("", views.AccountList.as_view(), name="list"),
    path("<int:pk>/", views.detail, name="detail"),
    path("<int:pk>/edit/", views.AccountEdit.as_view(), name="edit"),
]
