from django.urls import path

from reports import exposed, views
from reports.back_tests import urls as back_tests
from reports.catalog import REPORTS

app_name = "reports"
FORMS = {"csv": views.as_csv, "xlsx": views.as_xlsx, "png": views.as_png, "json": views.as_json}
urlpatterns = [
    *back_tests.urlpatterns,
    path("reports/", views.home, name="home"),
    path("reports/repeat-or-delete/stop/", views.stop, name="stop"),
    path("reports/repeat-or-delete/<slug:kind>/<int:pk>/", exposed.page, name="exposed"),
    path("reports/digest/", views.digest, name="digest"),
    path("reports/statistics/", views.statistics, name="statistics"),
    *(
        path(f"reports/{report.name}/", views.page, {"name": report.name}, name=report.slug)
        for report in REPORTS.values()
    ),
    *(
        path(f"reports/{report.name}.{form}", view, {"name": report.name}, name=f"{report.slug}_{form}")
        for report in REPORTS.values()
        for form, view in FORMS.items()
    ),
]
