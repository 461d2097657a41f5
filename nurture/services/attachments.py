"""Files that a mail offers. Only a draft's can change: what was sent goes on working."""

from django.core.files import File
from django.db import transaction

from nurture.models import Attachment, Sequence, SequenceStatus, Step, StepKind
from nurture.models.links import MAX_NAME

MAX_SIZE = 10 * 1024 * 1024  # bytes
MAX_FILES = 5  # of one mail


class AttachmentRefused(ValueError):
    """The message is for a person."""


@transaction.atomic
def attach(*, step: Step, file: File) -> Attachment:
    """``file``: as it was uploaded; its name is what people will see. Raises AttachmentRefused."""
    _lock_draft(step)
    name = " ".join(str(file.name or "").split())
    if problem := _problem(step, name, file.size):
        raise AttachmentRefused(problem)
    return Attachment.objects.create(step=step, file=file, name=name, size=file.size)


@transaction.atomic
def detach(*, attachment: Attachment) -> None:
    """The file itself goes with the last that offers it, once that is on disk. Raises AttachmentRefused."""
    _lock_draft(attachment.step)
    storage, name = attachment.file.storage, str(attachment.file)
    attachment.delete()
    if not Attachment.objects.filter(file=name).exists():
        transaction.on_commit(lambda: storage.delete(name))


def _problem(step: Step, name: str, size: int) -> str:
    if step.kind != StepKind.EMAIL:
        return "Only an e-mail can have files."
    if not size:
        return f"“{name}” is empty."
    if size > MAX_SIZE:
        return f"“{name}” is too large: at most {MAX_SIZE // 1024 // 1024} MB."
    if not name.isprintable() or len(name) > MAX_NAME:
        return "The name of the file is too long, or has signs that no name has."
    if step.attachments.count() >= MAX_FILES:
        return f"A mail has at most {MAX_FILES} files."
    return ""


def _lock_draft(step: Step) -> None:
    status = Sequence.objects.select_for_update().values_list("status", flat=True).get(pk=step.sequence_id)
    if status != SequenceStatus.DRAFT:
        raise AttachmentRefused("Only a draft can be changed: make a new version.")
