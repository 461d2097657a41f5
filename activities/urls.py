from django.urls import path

from activities import views

app_name = "activities"
urlpatterns = [
    path("<str:kind>/<int:pk>/", views.add, name="add"),
    path("<int:pk>/edit/", views.edit, name="edit"),
    path("<int:pk>/done/", views.done, name="done"),
]
