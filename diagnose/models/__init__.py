"""The tables. Importing this package is enough to know them all."""

from diagnose.models.assessment import Assessment, DraftAnswer
from diagnose.models.attempt import Attempt
from diagnose.models.audit import AuditEntry, AuditHead
from diagnose.models.counter import Counter, ScoreCount
from diagnose.models.document import Bundle, Document, SealKey, WordTemplate
from diagnose.models.enterprise import Enterprise, EnterpriseChange, EnterpriseDivision
from diagnose.models.evidence import Evidence
from diagnose.models.firm_fact import FirmFact
from diagnose.models.intake import Flag, Intake
from diagnose.models.job import Job
from diagnose.models.people import Account, Membership, Notice, Ticket
from diagnose.models.place import Division
from diagnose.models.publication import PeerGroup, Publication
from diagnose.models.record import Diagnosis, Statement
from diagnose.models.roadmap import PathChoice, Roadmap, RoadmapItem, RoadmapNote
from diagnose.models.span import FirmSpan, Term, VerdictSpan
from diagnose.models.target import Plan, Target, TargetActual, TargetShare
from diagnose.models.visit import Assignment, Finding, SyncedChange, Visit, VisitStep

__all__ = [
    "Account",
    "Assessment",
    "Assignment",
    "Attempt",
    "AuditEntry",
    "AuditHead",
    "Bundle",
    "Counter",
    "Diagnosis",
    "Division",
    "Document",
    "DraftAnswer",
    "Enterprise",
    "EnterpriseChange",
    "EnterpriseDivision",
    "Evidence",
    "Finding",
    "FirmFact",
    "FirmSpan",
    "Flag",
    "Intake",
    "Job",
    "Membership",
    "Notice",
    "PathChoice",
    "PeerGroup",
    "Plan",
    "Publication",
    "Roadmap",
    "RoadmapItem",
    "RoadmapNote",
    "ScoreCount",
    "SealKey",
    "Statement",
    "SyncedChange",
    "Target",
    "TargetActual",
    "TargetShare",
    "Term",
    "Ticket",
    "VerdictSpan",
    "Visit",
    "VisitStep",
    "WordTemplate",
]
