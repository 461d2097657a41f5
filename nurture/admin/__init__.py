from nurture.admin import progress, sequences, suppressions

__all__ = ["progress", "sequences", "suppressions"]
