from tests.nurture.conftest import company, make_sequence

__all__ = ["company", "make_sequence"]
