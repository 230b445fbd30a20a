"""The tables. Importing this package is enough to know them all."""

from diagnose.models.assessment import Assessment, DraftAnswer
from diagnose.models.attempt import Attempt
from diagnose.models.audit import AuditEntry, AuditHead
from diagnose.models.enterprise import Enterprise, EnterpriseChange, EnterpriseDivision
from diagnose.models.evidence import Evidence
from diagnose.models.job import Job
from diagnose.models.people import Account, Membership, Notice, Ticket
from diagnose.models.place import Division
from diagnose.models.record import Diagnosis, Statement
from diagnose.models.visit import Assignment, Finding, SyncedChange, Visit, VisitStep

__all__ = [
    "Account",
    "Assessment",
    "Assignment",
    "Attempt",
    "AuditEntry",
    "AuditHead",
    "Diagnosis",
    "Division",
    "DraftAnswer",
    "Enterprise",
    "EnterpriseChange",
    "EnterpriseDivision",
    "Evidence",
    "Finding",
    "Job",
    "Membership",
    "Notice",
    "Statement",
    "SyncedChange",
    "Ticket",
    "Visit",
    "VisitStep",
]
