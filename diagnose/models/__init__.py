"""The tables. Importing this package is enough to know them all."""

from diagnose.models.assessment import Assessment, DraftAnswer
from diagnose.models.attempt import Attempt
from diagnose.models.enterprise import Enterprise, EnterpriseDivision
from diagnose.models.place import Division
from diagnose.models.record import Diagnosis, Statement

__all__ = [
    "Assessment",
    "Attempt",
    "Diagnosis",
    "Division",
    "DraftAnswer",
    "Enterprise",
    "EnterpriseDivision",
    "Statement",
]
