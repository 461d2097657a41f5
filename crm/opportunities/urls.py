from django.urls import path

from crm.opportunities.models import Opportunity
from crm.opportunities.views import actions, board, contacts, detail, edit, forecast, list
from crm.people.handover_views import HandOver, HandOverMany

app_name = "opportunities"
urlpatterns = [
    path("", list.OpportunityList.as_view(), name="list"),
    path("export/", list.OpportunityExport.as_view(), name="export"),
    path("board/", board.board, name="board"),
    path("forecast/", forecast.forecast, name="forecast"),
    path("owner/", HandOverMany.as_view(model=Opportunity), name="hand_over_many"),
    path("<int:pk>/", detail.detail, name="detail"),
    path("<int:pk>/owner/", HandOver.as_view(model=Opportunity), name="hand_over"),
    path("<int:pk>/edit/", edit.OpportunityEdit.as_view(), name="edit"),
    path("<int:pk>/move/", actions.move, name="move"),
    path("<int:pk>/pipeline/", actions.pipeline, name="pipeline"),
    path("<int:pk>/win/", actions.win, name="win"),
    path("<int:pk>/lose/", actions.lose, name="lose"),
    path("<int:pk>/next-step/", actions.next_step, name="next_step"),
    path("<int:pk>/contacts/add/", contacts.add, name="add_contact"),
    path("<int:pk>/contacts/<int:role_pk>/", contacts.change, name="change_role"),
    path("<int:pk>/contacts/<int:role_pk>/remove/", contacts.remove, name="remove_contact"),
    path("<int:pk>/competitors/", contacts.competitors, name="competitors"),
]
