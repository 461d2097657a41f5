from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "reports"

    def ready(self) -> None:
        from nurture.slots import sequence_figures
        from reports import sequence_figures as against_the_holdout

        sequence_figures.register(against_the_holdout.sections)
