from nurture.admin import progress, sequences, steps, suppressions

__all__ = ["progress", "sequences", "steps", "suppressions"]
