"""From a page that was posted to what is shown next, or to the end."""

from collections.abc import Collection

from leads.facts import current_answers
from leads.form_pages import Page, Shown, Way
from leads.forms.answers import PREFIX
from leads.forms.inquiry import InquiryFields
from leads.models import Lead


def way_of(fields: InquiryFields, told: dict[str, object]) -> Way:
    """``told``: what we know of whoever came by a signed link, by question key; that is not asked again."""
    known = {**told, **(fields.known if fields.is_bound else {})}
    return Way(fields.definition, known, skip=frozenset(told), asks_contact=bool(fields.contact_names))


def told_by(lead: Lead | None) -> dict[str, object]:
    if lead is None:
        return {}
    return {key: answer.value for key, answer in current_answers(lead).items()}


def next_shown(way: Way, fields: InquiryFields, *, number: int, asked: Collection[str], back: bool) -> Shown | None:
    """None: everything is there and right, it can be taken. Leaves ``fields`` with the errors of what is shown.
    ``number`` 0: all pages at once."""
    page = next((page for page in way.definition.pages if page.number == number), None)
    if page is None:
        return first_wrong(way, fields)
    if back:
        fields.forget_errors()
        return way.show(way.before(page) or page)
    names = _names(page, way, fields) & ({f"{PREFIX}{key}" for key in asked} | set(fields.contact_names))
    if names & set(fields.errors):
        fields.keep_errors(names)
        return way.show(page)
    following = way.follow_up(page, asked) or ((after := way.after(page)) and way.show(after))
    if following:
        fields.forget_errors()
        return following
    return first_wrong(way, fields, page)


def first_wrong(way: Way, fields: InquiryFields, at: Page | None = None) -> Shown | None:
    """The first page with something to correct; ``at`` where what is wrong is not on any."""
    pages = way.definition.pages
    names = {page.number: _names(page, way, fields) for page in pages}
    fields.keep_errors(set().union(*names.values()))
    if not fields.errors and not fields.extra_errors:
        return None
    wrong = next((page for page in pages if names[page.number] & set(fields.errors)), at or way.end())
    return way.show(wrong)


def _names(page: Page, way: Way, fields: InquiryFields) -> set[str]:
    contact = fields.contact_names if page.asks_contact else []
    return {f"{PREFIX}{asked.question.key}" for asked in way.applying(page)} | set(contact)
