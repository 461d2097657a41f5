from django.urls import path

from crm.web import views

app_name = "web"
urlpatterns = [
    path("", views.today, name="today"),
    path("search/", views.search, name="search"),
]
