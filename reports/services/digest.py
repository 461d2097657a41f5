"""The weekly mail to managers: what the reports say, with their charts as pictures."""

import logging
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from email.mime.image import MIMEImage
from email.utils import format_datetime

import mrml
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db.models import QuerySet
from django.template.loader import render_to_string
from django.urls import reverse

from crm.people.models import Company, Role, User
from reports.catalog import REPORTS
from reports.models import Digest, DigestOptOut
from reports.pictures import picture
from reports.report import Result

logger = logging.getLogger(__name__)

MONDAY, FROM_HOUR = 0, 7
# Which reports are in it, and with which filters beside the period.
TOLD: dict[str, dict[str, str]] = {"close-rates": {}, "mix": {}, "funnel": {}, "repeat-or-delete": {}}
WEEKS = {"mix": 12}
# A mail is read on phones too: charts with large letters, and few rows.
INCHES, ROWS = 5.2, 10


def send_due(*, now: datetime) -> int:
    """On Mondays from seven on, in the company's zone: to each manager who wants it and has not had this week's.
    However often it runs, and in however many workers, each gets one. Returns how many it sent."""
    local = now.astimezone(Company.current().zone)
    if local.weekday() != MONDAY or local.hour < FROM_HOUR:
        return 0
    return sum(send_to(user=user, week=local.date(), now=now) for user in _waiting(local.date()))


def _waiting(week: date) -> QuerySet[User]:
    managers = User.objects.filter(is_active=True).exclude(role=Role.REP)
    return managers.exclude(digest_opt_out__isnull=False).exclude(digests__week=week)


def send_to(*, user: User, week: date, now: datetime) -> bool:
    """The row is committed before the mail goes out: who finds it there leaves it. A mail that fails is not tried again
    this week, and is seen by its missing time."""
    digest, first = Digest.objects.get_or_create(user=user, week=week)
    if not first:
        return False
    try:
        message(digest, now=now).send()
    except Exception:
        logger.exception("the digest for %s could not be sent", user.pk)
        return False
    Digest.objects.filter(pk=digest.pk).update(sent_at=now)
    return True


def want_digest(*, user: User, wanted: bool, now: datetime) -> None:
    if wanted:
        DigestOptOut.objects.filter(user=user).delete()
    else:
        DigestOptOut.objects.get_or_create(user=user, defaults={"since": now})


def message(digest: Digest, *, now: datetime) -> EmailMultiAlternatives:
    results = _told([_result(name, digest.user, now) for name in TOLD])
    preferences = settings.BASE_URL + reverse("reports:digest")
    context = {
        "company": Company.current(),
        "week": digest.week,
        "parts": [
            {
                "report": result.report,
                "sentences": result.found.sentences or [f"{result.report.nothing[0]}. {result.report.nothing[1]}"],
                "url": settings.BASE_URL + reverse(result.report.url_name),
                "picture": f"{result.report.slug}@charts" if _drawn(result) else "",
            }
            for result in results
        ],
        "preferences": preferences,
    }
    host = settings.BASE_URL.partition("://")[2].partition("/")[0].partition(":")[0]
    mail = EmailMultiAlternatives(
        subject=f"What sells: week of {digest.week:%d %B %Y}",
        body=render_to_string("reports/digest.txt", context),
        to=[digest.user.email],
        headers={
            "Message-ID": f"<digest-{digest.pk}@{host}>",
            "Date": format_datetime(now),
            "List-Unsubscribe": f"<{preferences}>",
        },
    )
    mail.attach_alternative(mrml.to_html(render_to_string("reports/digest.mjml", context)).content, "text/html")
    mail.mixed_subtype = "related"  # type: ignore[attr-defined]
    for image in _pictures(results):
        mail.attach(image)
    return mail


def _result(name: str, user: User, now: datetime) -> Result:
    asked = dict(TOLD[name])
    if weeks := WEEKS.get(name):
        asked["since"] = str((now.astimezone(Company.current().zone) - timedelta(weeks=weeks)).date())
    report = REPORTS[name]
    return report.run(user=user, filters=report.filters(asked, user=user), now=now)


def _told(results: list[Result]) -> list[Result]:
    """While there is nothing to count, that is said once."""
    return results[:1] if all(result.empty for result in results) else results


def _drawn(result: Result) -> bool:
    return bool(result.found.chart and result.found.chart["rows"])


def _pictures(results: list[Result]) -> Iterator[MIMEImage]:
    for result in results:
        if _drawn(result):
            image = MIMEImage(picture(result, width=INCHES, most=ROWS), "png")
            image.add_header("Content-ID", f"<{result.report.slug}@charts>")
            image.add_header("Content-Disposition", "inline", filename=f"{result.report.name}.png")
            yield image
