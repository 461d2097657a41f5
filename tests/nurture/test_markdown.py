import pytest

from nurture.mail.markdown import parse, to_html
from nurture.mail.plain_text import to_text
from nurture.mail.tags import MERGE_TAGS, Link
from nurture.mail.templates import MARKDOWN, render


def text(source):
    return to_text(parse(source), link=lambda target: target)


def html(source):
    return to_html(parse(source), link=lambda target: target, color="#123456")


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("one\ntwo\n\nthree", "one\ntwo\n\nthree"),
        ("# Big\nsmall", "Big\n\nsmall"),
        ("now *really* **do** it", "now really do it"),
        ("- a\n- b\n  - c\n\nd", "- a\n- b\n  - c\n\nd"),
        ("9. a\n10. b", "9. a\n10. b"),
        ("> a\n> b", "> a\n> b"),
        ("[prices](https://a.example/p)", "prices <https://a.example/p>"),
        ("https://a.example/x_y_z", "https://a.example/x_y_z"),
        ("[write](mailto:a@b.example)", "write <mailto:a@b.example>"),
        ("a\n\n---\n\nb", "a\n\n--------------------\n\nb"),
    ],
)
def test_plain_text_reads_like_the_source(source, expected):
    assert text(source) == expected


@pytest.mark.parametrize(
    "source",
    [
        "<script>alert(1)</script>",
        "<b>bold</b>",
        "[x](javascript:alert(1))",
        "[x](data:text/html,<script>)",
        "<javascript:alert(1)>",
        "`code`",
        "    indented",
        "a.example and b@c.example",
    ],
)
def test_what_is_neither_text_nor_link_stays_literal(source):
    assert "<a" not in html(source)
    assert "<script" not in html(source)
    assert text(source) == source.strip()


@pytest.mark.parametrize(
    "value",
    [
        "*x* _y_ **z**",
        "[x](http://evil.example)",
        "http://evil.example",
        "<http://evil.example>",
        "# head",
        "1. one",
        "- one",
        "> quote",
        "---",
        "a \\ b \\* c",
        "<b>&amp;</b>",
        "![x](http://evil.example/i.png)",
        "{{ settings }}",
    ],
)
@pytest.mark.parametrize("around", ["%s", "Hi %s!", "- %s", "# %s", "**%s**", "[%s](https://a.example/)"])
def test_a_leads_value_is_its_letters_and_nothing_else(value, around):
    rendered = render(around % "{{ company }}", dict.fromkeys(MERGE_TAGS, value), into=MARKDOWN)
    words = text(rendered)
    assert value in words
    assert html(rendered).count("<a ") == around.count("[")
    assert "evil.example" not in "".join(part.split('"')[0] for part in html(rendered).split('href="')[1:])


def test_a_value_is_literal_after_its_filters():
    rendered = render("{{ company | upcase | truncate: 6 }}", {"company": "*a* <b> and more"}, into=MARKDOWN)
    assert text(rendered) == "*A*..."


def test_our_own_link_is_one():
    values = {"booking_link": Link("https://cal.example/a_b_c?x=*y*")}
    assert text(render("Book: {{ booking_link }}", values, into=MARKDOWN)) == "Book: https://cal.example/a_b_c?x=*y*"
    assert 'href="https://cal.example/a_b_c?x=*y*"' in html(render("[Book]({{ booking_link }})", values, into=MARKDOWN))


def test_text_can_ask_whether_there_is_a_value():
    source = "{% if booking_link %}[Book]({{ booking_link }}){% else %}Write to me.{% endif %}"
    assert text(render(source, {"booking_link": None}, into=MARKDOWN)) == "Write to me."


def test_links_have_the_companys_color():
    assert 'style="color:#123456"' in html("[x](https://a.example/)")
