"""改进建议 on the file page: the firm's own variant, with name, cost, months, figures moved and who can do it."""

import pytest
from flask import Flask

from tests.conftest import Visitor
from tests.firms import DISCRETE

SMALL, MEDIUM = {"staff": "120", "revenue": "6000"}, {"staff": "450", "revenue": "30000"}


@pytest.mark.parametrize(
    ("process_type", "size", "cost", "says"),
    [
        ("discrete", SMALL, "90–300 万元（经验值），10 个月", "把相邻的数控设备用机械手、输送线和一套主控连成柔性单元"),
        ("process", MEDIUM, "170–620 万元（经验值），10 个月", "把投料、升温、保温、出料、清洗编成顺序控制程序"),
    ],
)
def test_the_advice_is_the_firms_own(
    small_app: Flask, process_type: str, size: dict[str, str], cost: str, says: str
) -> None:
    visitor = Visitor(small_app)
    file = visitor.start(process_type=process_type, **size)
    visitor.fill(draft := visitor.draft(file), DISCRETE)
    visitor.submit(draft)
    visitor.get(f"{file}/")
    advice = visitor.page.partition('id="advice-cnc_rate"')[2].partition("</details>")[0]
    assert "<h4>按线改造到七成</h4>" in advice
    assert says in advice and cost in advice
    assert advice.count("自动化集成与产线改造：到现场测节拍") == 1
    assert "<dd>生产节拍、换型时间</dd>" in advice or "<dd>批次时间、批间差异</dd>" in advice
    ticks = visitor.page.partition('id="advice-management_links"')[2].partition("</details>")[0]
    assert ticks.count("<h4>") == 1 and '人事薪酬线上管理 <span class="zz-cap">人力资源</span>' in ticks
    smart = visitor.page.partition('id="advice-smart_factory"')[2].partition("</details>")[0]
    assert "<dt>先要做到</dt><dd>主要业务系统打通、设备逐台接入网络</dd>" in smart
