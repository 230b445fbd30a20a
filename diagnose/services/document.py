"""What a document says (文件内容), gathered from the 一企一档 and everything around it. The formats only draw it."""

from sqlalchemy.orm import Session

from diagnose import wording
from diagnose.catalog import Catalog
from diagnose.models import Enterprise
from diagnose.services import document_facts as facts
from diagnose.services import document_policies as policies
from diagnose.services import document_verdict as verdicts
from diagnose.services import document_visit as visits
from diagnose.services import document_way as ways
from diagnose.services import roadmap
from diagnose.services.answers import reads
from diagnose.services.document_parts import Firm, Labelled, Scheme, Verdict
from diagnose.services.document_values import DocumentContent, Kind
from diagnose.services.dossier import Dossier, dossier
from diagnose.services.service_kinds import service_kinds
from diagnose.services.trace import traced
from diagnose.services.way_up import WayUp
from diagnose.store import Store
from diagnose.texts import say
from scoring.ruleset import Ruleset

__all__ = ["DocumentContent", "Kind", "gather"]


def gather(
    session: Session,
    catalog: Catalog,
    store: Store,
    enterprise: Enterprise,
    diagnosis_id: int | None = None,
    kind: Kind = "dossier",
    *,
    way: WayUp | None = None,
) -> DocumentContent | None:
    """The content of one document; None when the file has no verdict to make it of.

    kind ``dossier`` is the 一企一档 around the verdict asked for, or the newest; ``onsite`` the 诊断报告 of an onsite
    verdict, with the thumbnails of its photos: None for a verdict of the firm's own. The open roadmap of the verdict's
    scheme is found here, ``way`` is given by the caller, who knows what the firm has chosen. Reads only; a photo that
    the store does not give is listed without its picture.
    """
    onsite = kind == "onsite"
    found = dossier(session, catalog, enterprise, diagnosis_id, kind="onsite" if onsite else None)
    if found is None or (onsite and found.diagnosis.kind != "onsite"):
        return None
    explained = traced(session, catalog, enterprise, found.diagnosis.id)
    assert explained is not None  # the dossier has found it
    visit = visits.behind(session, found)
    checked = [visit.base_id] if visit and onsite else []
    shown, drawn = verdicts.verdict(found), ways.way(way, {code: one.title for code, one in service_kinds().items()})
    held = verdicts.held(found.bottlenecks)
    plan = roadmap.open_row(session, enterprise.id, found.rules.scheme)
    division = enterprise.places[-1].division
    return DocumentContent(
        kind=kind,
        title=say(f"doc_title_{kind}"),
        enterprise_id=enterprise.id,
        diagnosis_id=found.diagnosis.id,
        edition=found.rules.name,
        decided_at=found.diagnosis.known_at,
        firm=_firm(found),
        verdict=shown,
        schemes=_schemes(found, shown),
        bottlenecks=held,
        way=drawn,
        roadmap=ways.roadmap(plan, _target(found.rules, plan.target) if plan else ""),
        history=verdicts.history(found),
        needs=found.needs,
        assessed=facts.assessed(found, explained, visits.notes(session, visit)),
        facts=facts.groups(found),
        known=facts.known(found),
        evidence=facts.evidence(session, catalog, found, store if onsite else None, checked),
        visit=visits.told(catalog, found, visit) if visit else None,
        deviation=visits.deviation(found.deviation),
        policies=policies.matched(division.code or "", found.diagnosis.as_of, found.bottlenecks),
        services=ways.services(drawn, held),
        method=_method(shown, way is not None),
        facts_read=facts.read(session, found),
        reads=reads(found.rules, catalog.dictionary),
        trace=explained.trace,
    )


def _firm(found: Dossier) -> Firm:
    firm = found.enterprise
    process = say(firm.process_type)
    industry = say("doc_industry", title=found.industry, code=firm.industry)
    size = "，".join([found.size, *([say("doc_above_scale")] if found.above_scale else [])])
    notes = [
        *([say("doc_synthetic")] if firm.synthetic else []),
        *([] if firm.verified else [say("doc_unverified")]),
        say("doc_size_check"),
    ]
    rows = {"code": firm.credit_code, "place": found.place, "industry": industry, "process": process, "size": size}
    labels = tuple(Labelled(say(f"doc_label_{key}"), text) for key, text in rows.items())
    return Firm(firm.name, firm.credit_code, found.place, industry, process, size, tuple(notes), labels)


def _schemes(found: Dossier, shown: Verdict) -> tuple[Scheme, ...]:
    """The rulers side by side: the verdict in front, then what the others say, onsite where there is a verdict."""
    others = [one for one in found.rulers if one.rules.scheme != found.rules.scheme]
    onsite = found.diagnosis.kind == "onsite"
    standings = [(one.onsite or one.standing) if onsite else (one.standing or one.onsite) for one in others]
    return (shown.scheme, *(verdicts.scheme(each) for each in standings if each))


def _target(rules: Ruleset, level: int) -> str:
    return wording.level_name(level, rules.level_title(level)) if level <= len(rules.levels) else ""


def _method(shown: Verdict, costs: bool) -> tuple[str, ...]:
    """方法与版本 in sentences."""
    ruler = shown.scheme
    about = {"ruler": ruler.ruler, "document": ruler.document, "edition": ruler.edition, "sha256": ruler.sha256}
    checks = [say("doc_method_check", check=ruler.check)] if ruler.check else []
    rest = ["numbers", "levels", *(["costs"] if costs else []), "recompute"]
    return (
        say("doc_method_ruler", **about),
        *checks,
        say("doc_method_facts", known_at=shown.known_at),
        *(say(f"doc_method_{name}") for name in rest),
    )
