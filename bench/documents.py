"""一企一档 of different firms, warm, beside WeasyPrint (the same words as HTML) and python-docx built by hand.

Every round takes another firm, with verdicts of three rulers and its cheapest way, so that no document is one that was
made before.
"""

import tempfile
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from itertools import cycle
from multiprocessing import get_context
from pathlib import Path
from time import perf_counter

from pypdfium2 import PdfDocument
from sqlalchemy import Engine, select

from bench import documents_peers
from bench.goals import Figures, at_least, at_most
from bench.timing import medians
from diagnose import wording
from diagnose.catalog import Catalog, load_catalog
from diagnose.config import database_url
from diagnose.db import make_engine, reading, writing
from diagnose.migrate import upgrade
from diagnose.models import Diagnosis, Enterprise
from diagnose.reports.documents import render
from diagnose.reports.mark import Mark
from diagnose.services import demo, drafts, submit
from diagnose.services.document import DocumentContent, gather
from diagnose.services.way_find import way_up
from diagnose.store import Folder
from questionnaires.parse import typed_again
from tests.diagnose.official import GBT, MIIT, REST

NAME = "documents"
GOALS = {"pdf_ms": at_most(90), "files_per_second": at_least(20), "pdf_kib": at_most(250), "word_ms": at_most(150)}
PROCESSES, EACH = 2, 40
SCHEME = "digital-portrait"
MARK = Mark("ZZ7K-3M9Q-TX2B", "https://zhizhen.example.cn/verify/ZZ7K-3M9Q-TX2B", datetime(2026, 6, 5, tzinfo=UTC))


def run() -> Figures:
    """Medians in ms and their ratios to the peers; sizes in KiB; files a second by two processes; pages."""
    with tempfile.TemporaryDirectory() as folder:
        contents = _contents(Path(folder))
    ours = {name: _ours(name, contents) for name in ("pdf", "word", "excel", "json")}
    peers = {"weasyprint": documents_peers.weasyprint_pdf, "python_docx": documents_peers.word_by_hand}
    made = ours | {name: _in_turn(make, contents) for name, make in peers.items()}
    seconds = medians(made, len(contents) - 1)
    sizes = [len(render("dossier", "pdf", one, MARK)) for one in contents]
    return {
        **{f"{name}_ms": round(taken * 1000, 1) for name, taken in seconds.items()},
        "pdf_to_weasyprint": round(seconds["pdf"] / seconds["weasyprint"], 3),
        "word_to_python_docx": round(seconds["word"] / seconds["python_docx"], 2),
        "files_per_second": round(_rate(contents), 1),
        "pdf_kib": round(max(sizes) / 1024, 1),
        "pages": len(PdfDocument(render("dossier", "pdf", contents[0], MARK))),
    }


def _ours(format: str, contents: list[DocumentContent]) -> Callable[[], bytes]:
    return _in_turn(lambda content: render("dossier", format, content, MARK), contents)


def _in_turn(make: Callable[[DocumentContent], bytes], contents: list[DocumentContent]) -> Callable[[], bytes]:
    """Each call makes the document of the next firm."""
    turn = cycle(contents)
    return lambda: make(next(turn))


def _rate(contents: list[DocumentContent]) -> float:
    """Files a second, by as many processes as the goal speaks of, once they are warm."""
    jobs = [contents[number % len(contents)] for number in range(PROCESSES * EACH)]
    with ProcessPoolExecutor(PROCESSES, get_context("spawn")) as pool:
        list(pool.map(_size, jobs[: PROCESSES * 4]))
        start = perf_counter()
        list(pool.map(_size, jobs, chunksize=4))
        return len(jobs) / (perf_counter() - start)


def _size(content: DocumentContent) -> int:
    return len(render("dossier", "pdf", content, MARK))


def _contents(var: Path) -> list[DocumentContent]:
    """What the files of the discrete firms of the demo say."""
    upgrade(database_url(var))
    engine, catalog = make_engine(database_url(var)), load_catalog()
    list(demo.fill(engine, catalog))
    _official(engine, catalog)
    found = []
    with reading(engine) as session:
        for firm in session.scalars(select(Enterprise).where(Enterprise.process_type == "discrete")):
            mine = select(Diagnosis).where(Diagnosis.enterprise_id == firm.id, Diagnosis.scheme == SCHEME)
            newest = session.scalars(mine.order_by(Diagnosis.id.desc()).limit(1)).one()
            way = way_up(session, catalog, firm, newest)
            content = gather(session, catalog, Folder(var / "evidence"), firm, newest.id, way=way)
            assert content is not None and len(content.schemes) == 3
            found.append(content)
    engine.dispose()
    return found


def _official(engine: Engine, catalog: Catalog) -> None:
    """The demo's discrete firms answer the official forms too."""
    marks = {each.code: ["1", "1", "0.5", "0", "0"] for each in catalog.forms[GBT].questions}
    with writing(engine) as session:
        for firm in session.scalars(select(Enterprise).where(Enterprise.process_type == "discrete")):
            for name, facts in ((MIIT, REST), (GBT, marks)):
                day, now = wording.today(), wording.now()
                draft = drafts.open_draft(session, firm, catalog.forms[name], "other", day, now)
                drafts.save(session, draft.id, typed_again(facts), now)
                submit.submit(session, catalog, firm, draft, now)
