from nurture.admin import limits, progress, sequences, steps, suppressions, touches

__all__ = ["limits", "progress", "sequences", "steps", "suppressions", "touches"]
