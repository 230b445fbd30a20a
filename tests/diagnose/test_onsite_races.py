"""Two requests at once: one change is carried out once, two different ones never overwrite each other."""

from collections.abc import Callable
from threading import Barrier, Thread

from diagnose.models import SyncedChange
from diagnose.services.onsite import Outcome
from tests.diagnose.cast import File, all_of
from tests.diagnose.onsite_stage import Stage, stage


def at_once(*deeds: Callable[[], Outcome]) -> list[Outcome]:
    """The outcomes of deeds that all start together."""
    barrier, outcomes = Barrier(len(deeds)), []

    def run(deed: Callable[[], Outcome]) -> None:
        barrier.wait()
        outcomes.append(deed())

    threads = [Thread(target=run, args=(deed,)) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def saving(visit: Stage, code: str, value: str, change: str = "") -> Callable[[], Outcome]:
    return lambda: visit.save(code, facts={code: value}, version=0, change=change)


def test_one_change_sent_twice_at_once_is_carried_out_once(file: File) -> None:
    visit = stage(file.submitted())
    change = "c" * 32
    outcomes = at_once(*[saving(visit, "five_g", "C", change)] * 4)
    assert len(outcomes) == 4 and sorted(one.fresh for one in outcomes) == [False, False, False, True]
    assert all(one.body == outcomes[0].body for one in outcomes)
    assert visit.version("five_g") == 1 and len(all_of(visit.app, SyncedChange)) == 1


def test_two_answers_at_once_end_in_one_and_a_conflict(file: File) -> None:
    visit = stage(file.submitted())
    outcomes = at_once(saving(visit, "five_g", "C"), saving(visit, "five_g", "A"))
    assert sorted(one.status for one in outcomes) == ["conflict", "saved"]
    assert visit.version("five_g") == 1


def test_answers_to_different_questions_at_once_are_both_kept(file: File) -> None:
    visit = stage(file.submitted())
    outcomes = at_once(saving(visit, "five_g", "C"), saving(visit, "smart_factory", "B"))
    assert [one.status for one in outcomes] == ["saved", "saved"]
    assert visit.choice("five_g") == visit.choice("smart_factory") == "verified"
