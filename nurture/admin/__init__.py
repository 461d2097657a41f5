from nurture.admin import inbound, limits, progress, sequences, steps, suppressions, topics, touches

__all__ = ["inbound", "limits", "progress", "sequences", "steps", "suppressions", "topics", "touches"]
