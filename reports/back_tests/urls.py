from django.urls import path, register_converter
from django.urls.converters import StringConverter

from reports.back_tests import views


class WayConverter(StringConverter):
    regex = "gained|lost"


register_converter(WayConverter, "way")

urlpatterns = [
    path("reports/back-tests/", views.home, name="back_tests"),
    path("reports/back-tests/of/<int:policy>/", views.start, name="start_back_test"),
    path("reports/back-tests/<int:pk>/", views.detail, name="back_test"),
    path("reports/back-tests/<int:pk>.json", views.as_json, name="back_test_json"),
    path("reports/back-tests/<int:pk>.csv", views.as_csv, name="back_test_csv"),
    path("reports/back-tests/<int:pk>/progress/", views.progress, name="back_test_progress"),
    path("reports/back-tests/<int:pk>/cancel/", views.cancel, name="cancel_back_test"),
    path("reports/back-tests/<int:pk>/<way:way>/", views.flips, name="back_test_flips"),
    path("reports/back-tests/<int:pk>/<way:way>.csv", views.flips_csv, name="back_test_flips_csv"),
]
