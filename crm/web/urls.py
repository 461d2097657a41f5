from django.contrib.auth.decorators import login_not_required
from django.urls import path
from health_check.views import HealthCheckView

from crm.web import views

# For a load balancer: 200, or 500 where the database or the broker does not answer.
CHECKS = ("health_check.checks.Database", "health_check.checks.Cache")

app_name = "web"
urlpatterns = [
    path("", views.today, name="today"),
    path("search/", views.search, name="search"),
    path("health/", login_not_required(HealthCheckView.as_view(checks=CHECKS)), name="health"),
]
