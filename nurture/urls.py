from django.urls import path

from nurture.views import (
    answers,
    call_moves,
    calls,
    enrollments,
    examples,
    links,
    logo,
    preferences,
    unsubscribe,
    webhooks,
)

app_name = "nurture"
urlpatterns = [
    path("calls/", calls.queue, name="calls"),
    path("calls/<int:pk>/", calls.call, name="call"),
    path("calls/<int:pk>/dial/", call_moves.dial, name="dial"),
    path("calls/<int:pk>/their-time/", call_moves.their_time, name="their-time"),
    path("calls/<int:pk>/give/", call_moves.give, name="give-call"),
    path("calls/<int:pk>/put-off/", call_moves.put_off, name="put-off-call"),
    path("calls/<int:pk>/drop/", call_moves.drop, name="drop-call"),
    path("calls/lead/<int:pk>/", call_moves.start, name="call-lead"),
    path("enrollments/<int:pk>/stop/", enrollments.stop, name="stop"),
    path("hooks/mail/", webhooks.signed, name="mail_hook"),
    path("hooks/<slug:provider>/<slug:what>/", webhooks.provider, name="provider_hook"),
    # Links in mails: short, public, signed.
    path("a/<str:token>/", answers.answer, name="answer"),
    path("a/<str:token>/thanks/", answers.thanks, name="thanks"),
    path("c/<str:token>/", links.click, name="click"),
    path("t/<str:what>/", examples.example, name="example"),
    path("logo/<str:name>", logo.logo, name="logo"),
    path("p/<str:token>/", preferences.preferences, name="preferences"),
    path("u/<str:token>/", unsubscribe.unsubscribe, name="unsubscribe"),
]
