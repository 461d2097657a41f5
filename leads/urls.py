from django.urls import path

from leads.views import actions, answers, bulk, convert, detail, edit, list, merging, new, public, research

app_name = "leads"
urlpatterns = [
    path("leads/", list.LeadList.as_view(), name="list"),
    path("leads/export/", list.export, name="export"),
    path("leads/bulk/", bulk.bulk, name="bulk"),
    path("leads/new/", new.new, name="new"),
    path("leads/<int:pk>/", detail.detail, name="detail"),
    path("leads/<int:pk>/edit/", edit.LeadEdit.as_view(), name="edit"),
    path("leads/<int:pk>/answer/", answers.answer, name="answer"),
    path("leads/<int:pk>/accept/", actions.accept, name="accept"),
    path("leads/<int:pk>/reject/", actions.reject, name="reject"),
    path("leads/<int:pk>/qualify/", actions.qualify, name="qualify"),
    path("leads/<int:pk>/disqualify/", actions.disqualify, name="disqualify"),
    path("leads/<int:pk>/reopen/", actions.reopen, name="reopen"),
    path("leads/<int:pk>/assign/", actions.assign, name="assign"),
    path("leads/<int:pk>/merge/<int:other>/", merging.merge, name="merge"),
    path("leads/merges/<int:pk>/undo/", merging.undo, name="undo_merge"),
    path("leads/<int:pk>/convert/", convert.convert, name="convert"),
    path("research/<str:kind>/<int:pk>/new/<str:what>/", research.new_finding, name="new_finding"),
    path("research/<str:kind>/<int:pk>/findings/<int:finding>/", research.finding, name="finding"),
    path("research/<str:kind>/<int:pk>/projects/new/", research.new_project, name="new_project"),
    path("research/<str:kind>/<int:pk>/projects/<int:project>/", research.project, name="project"),
    path(
        "research/<str:kind>/<int:pk>/projects/<int:project>/people/new/",
        research.new_key_contact,
        name="new_key_contact",
    ),
    path(
        "research/<str:kind>/<int:pk>/projects/<int:project>/people/<int:person>/",
        research.key_contact,
        name="key_contact",
    ),
    path("f/<slug:slug>/", public.inquiry_form, name="form"),
    path("f/thanks/<str:token>/", public.thank_you, name="thanks"),
]
