from django.urls import path

from crm.people import notice_views

app_name = "people"
urlpatterns = [
    path("notices/", notice_views.notices, name="notices"),
    path("notices/read/", notice_views.read_all, name="read_all"),
    path("notices/by-mail/", notice_views.by_mail, name="notices_by_mail"),
    path("notices/<int:pk>/", notice_views.open_notice, name="open_notice"),
]
