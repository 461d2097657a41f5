from crm.fields.models.field import CustomField, FieldChoice, RecordKind
from crm.fields.models.value import FieldChange, FieldValue

__all__ = ["CustomField", "FieldChange", "FieldChoice", "FieldValue", "RecordKind"]
