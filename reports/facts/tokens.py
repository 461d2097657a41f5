"""Sets as facts hold them: ``q3,q8,e2,``."""

from collections.abc import Iterator


def tokens(text: str) -> Iterator[str]:
    return (token for token in text.split(",") if token)
