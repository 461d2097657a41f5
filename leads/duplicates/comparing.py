"""How alike the fields of pairs are."""

import numpy as np
from rapidfuzz.process import cpdist

from leads.duplicates.fields import Field
from leads.duplicates.records import Numbers, Texts


def similarities(field: Field, left: Texts, right: Texts) -> Numbers:
    """0 to 1 for each pair, 1 only for equal values; NaN where one of the two is unknown."""
    result = np.where(left == right, 1.0, np.nan)
    result[(left == "") | (right == "")] = np.nan
    differ = np.flatnonzero((left != right) & (left != "") & (right != ""))
    if len(differ):
        one, two = ([field.part(text) if field.part else text for text in side[differ]] for side in (left, right))
        alike = cpdist(one, two, scorer=field.similarity, dtype=np.float32)
        result[differ] = np.minimum(alike.reshape(-1), 0.999)
    return result
