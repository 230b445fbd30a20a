"""The sentences and rows of the 年度工作推进报告, the same in Word and Excel."""

from collections.abc import Sequence

from diagnose import wording
from diagnose.services import target_words
from diagnose.services.report_year import GoalPart, PlanPart, YearReport
from diagnose.services.target_progress import TargetProgress
from diagnose.texts import say


def head_lines(report: YearReport) -> list[str]:
    """The scope, and what has to be said before anybody quotes a figure."""
    day = wording.day(report.day)
    lines = [say("report_scope", day=day, firms=f"{report.firms:,}")]
    if (report.day.month, report.day.day) != (12, 31):
        lines.append(say("report_running", day=day))
    return [*lines, say("report_synthetic")] if report.synthetic else lines


def status_text(one: TargetProgress) -> str:
    """已达到, 跟上进度, 略落后, 落后, 还不能算."""
    return say(f"target_{one.status}{'_slow' if one.light == 'yellow' else ''}")


def columns(part: PlanPart) -> tuple[list[str], list[list[str]]]:
    """The table of a plan: heads and rows."""
    names = ("title", "goal", "this_year", "actual", "behind", "share", "status")
    return [say(f"report_column_{name}") for name in names], [_goal(goal) for goal in part.goals]


def _goal(goal: GoalPart) -> list[str]:
    one = goal.one
    made_of = one.behind_text or (wording.day(one.on) if one.on else "")
    return [
        one.title,
        one.value_text,
        goal.this_year,
        one.actual_text,
        made_of,
        one.share_text,
        status_text(one),
    ]


def rank_rows(goal: GoalPart) -> list[list[str]]:
    """The districts of one target."""
    return [
        [
            str(line.rank or ""),
            line.division.name,
            line.one.value_text,
            line.one.actual_text,
            line.one.share_text,
            status_text(line.one),
        ]
        for line in goal.ranked
    ]


def help_lines(report: YearReport) -> list[str]:
    """Districts that are behind in most of their targets."""
    return [
        say("report_help_line", name=line.name, known=line.known, behind=line.behind, titles="、".join(line.titles))
        for line in report.help
    ]


def reason_lines(report: YearReport) -> list[str]:
    """What firms lack, in numbers."""
    return [
        say(
            "report_reason_line",
            title=reason.title,
            count=f"{reason.count:,}",
            of=f"{reason.of:,}",
            worst=_worst(reason.worst),
        )
        for reason in report.reasons
    ]


def worst_text(worst: Sequence[tuple[str, int]]) -> str:
    """邗江区 12 家、江都区 9 家"""
    return "、".join(say("report_reason_name", name=name, count=f"{count:,}") for name, count in worst)


def _worst(worst: Sequence[tuple[str, int]]) -> str:
    return say("report_reason_worst", names=worst_text(worst)) if worst else ""


def next_lines(report: YearReport) -> list[str]:
    """What is left to do."""
    return [
        say(
            "report_next_line",
            title=goal.one.title,
            gap=goal.gap,
            goal=goal.one.value_text,
            actual=goal.one.actual_text,
        )
        for goal in report.open
    ]


def scope_rows(report: YearReport) -> list[list[str]]:
    """Target, 口径, what is 待核, and where a figure by hand comes from."""
    return [
        [
            goal.one.title,
            "" if goal.one.manual else goal.one.scope,
            "".join(text for text in (goal.one.check, goal.one.note) if text),
            _entered(goal.one),
        ]
        for goal in report.goals
    ]


def _entered(one: TargetProgress) -> str:
    return one.scope if one.on else say("target_no_figure") if one.manual else ""


def percent_units(one: TargetProgress) -> float | None:
    """The actual as a number of its unit with four decimals, for a cell that can be calculated with."""
    return None if one.actual is None else float(target_words.rounded(one.actual, 4))
