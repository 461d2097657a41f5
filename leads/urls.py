from django.urls import path

from leads.views import public

app_name = "leads"
urlpatterns = [
    path("f/<slug:slug>/", public.inquiry_form, name="form"),
    path("f/thanks/<str:token>/", public.thank_you, name="thanks"),
]
