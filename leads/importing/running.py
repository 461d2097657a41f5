"""Rows one after the other: each all or nothing, some hundred in one transaction, refused ones written down."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from itertools import islice

from django.db import DataError, IntegrityError, transaction

from crm.opportunities.services import OpportunityChanged, OpportunityRefused
from crm.web.holding import holding
from leads.importing.errors import RowRefused
from leads.importing.reading import Row
from leads.importing.refused import RefusedFile
from leads.services.conversion import AlreadyConverted, ConversionRefused
from leads.services.intake import IntakeRefused
from leads.services.lifecycle import LifecycleError

BATCH = 200


def run(
    rows: Iterable[Row],
    handle: Callable[[Row], Iterable[str]],
    *,
    ahead: Callable[[list[Row]], None],
    undone: Callable[[], None],
    refused: RefusedFile,
) -> Counter[str]:
    """``handle`` imports one row and says what to count; ``ahead`` is called before each batch of rows, ``undone``
    after a row that was taken back."""
    counts: Counter[str] = Counter()
    for batch in _batches(rows):
        with transaction.atomic(), holding():
            ahead(batch)
            for row in batch:
                reasons: Iterable[str] = ()
                try:
                    with transaction.atomic():
                        outcome = list(handle(row))
                except Exception as error:
                    reasons = _reasons(error)
                    undone()
                    refused.add(row, reasons)
                counts.update(["read", *(["refused"] if reasons else outcome)])
    return counts


def _batches(rows: Iterable[Row]) -> Iterator[list[Row]]:
    remaining = iter(rows)
    while batch := list(islice(remaining, BATCH)):
        yield batch


def _reasons(error: Exception) -> list[str]:
    """Why a row was refused; what is no refusal goes on its way up."""
    match error:
        case RowRefused():
            return list(error.reasons)
        case IntakeRefused() | ConversionRefused():
            return [f"{key}: {message}" for key, message in error.errors.items()]
        case AlreadyConverted() | LifecycleError() | OpportunityRefused() | OpportunityChanged():
            return [str(error)]
        case DataError() | IntegrityError():
            return [f"The database refused it: {str(error).splitlines()[0]}"]
    raise error
