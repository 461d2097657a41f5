from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from nurture.inbound.polling import poll_all
from nurture.models import Mailbox


class Command(BaseCommand):
    help = "Reads all mailboxes once, as the workers do every minute, and says what is wrong with which."

    def handle(self, *args: Any, **options: Any) -> None:
        taken = poll_all(now=timezone.now())
        self.stdout.write(f"{taken} mail{'' if taken == 1 else 's'} taken in")
        for mailbox in Mailbox.objects.filter(active=True).exclude(error=""):
            self.stderr.write(f"{mailbox}: {mailbox.error}")
