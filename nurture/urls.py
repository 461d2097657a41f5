from django.urls import path

from nurture.views import answers, calls, enrollments, links, logo, unsubscribe

app_name = "nurture"
urlpatterns = [
    path("calls/", calls.queue, name="calls"),
    path("calls/<int:pk>/", calls.call, name="call"),
    path("enrollments/<int:pk>/stop/", enrollments.stop, name="stop"),
    # Links in mails: short, public, signed.
    path("a/<str:token>/", answers.answer, name="answer"),
    path("a/<str:token>/thanks/", answers.thanks, name="thanks"),
    path("c/<str:token>/", links.click, name="click"),
    path("logo/<str:name>", logo.logo, name="logo"),
    path("u/<str:token>/", unsubscribe.unsubscribe, name="unsubscribe"),
]
