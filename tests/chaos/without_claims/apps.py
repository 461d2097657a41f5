from django.apps import AppConfig


class WithoutClaims(AppConfig):
    name = "tests.chaos.without_claims"

    def ready(self) -> None:
        """Whoever has a touch's number may begin it, whatever its token, whoever began it before."""
        from nurture.services import delivery

        delivery.held = lambda touch: {"pk": touch.pk}
