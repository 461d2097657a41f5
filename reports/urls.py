from django.urls import path

from reports import views
from reports.back_tests import urls as back_tests

app_name = "reports"
urlpatterns = [
    *back_tests.urlpatterns,
    path("reports/", views.home, name="home"),
    path("reports/close-rates/", views.close_rates, name="close_rates"),
    path("reports/close-rates.csv", views.close_rates_csv, name="close_rates_csv"),
    path("reports/mix/", views.mix, name="mix"),
    path("reports/mix.csv", views.mix_csv, name="mix_csv"),
]
