"""Three firms that tests fill in: discrete with R&D, process industry, no own R&D. Facts as stored, by fact code."""

from typing import Any

CREDIT_CODE = "91110000600037341L"
FIRM = {
    "credit_code": CREDIT_CODE,
    "name": "甲精密部件有限公司",
    "province": "320000",
    "division": "321003",
    "industry": "33",
    "process_type": "discrete",
    "staff": "186",
    "revenue": "8000",
    "assets": "",
    "as_of": "2026-03-01",
}

DISCRETE: dict[str, Any] = {
    "own_design": True,
    "designers_with_tools": 9,
    "designers_total": 12,
    "design_depth": "C",
    "key_processes_cnc": 22,
    "key_processes_total": 40,
    "equipment_digital": 80,
    "equipment_networked": 50,
    "equipment_total": 120,
    "smart_factory": "B",
    "five_g": "B",
    "auto_collection": ["F", "G", "H", "I", "L", "M", "N"],
    "management_links": ["B", "C", "D", "F", "G", "H", "I"],
    "system_integration": "C",
    "cloud_stars": "B",
    "core_business_cloud": ["B", "D", "F"],
    "equipment_cloud": 24,
    "iiims_certification": "C",
    "planning": "D",
    "talent": ["B", "C", "D"],
    "network_security": ["B", "C", "D"],
    "data_security": ["B", "C"],
    "energy_change": "B",
    "quality_change": "C",
    "revenue_per_head_change": "C",
    "cost_change": "B",
    "needs": ["B", "D", "L"],
    "needs_other": "想了解同行怎么做",
}
PROCESS: dict[str, Any] = {
    **DISCRETE,
    "key_processes_cnc": 13,
    "key_processes_total": 14,
    "equipment_digital": 61,
    "equipment_networked": 60,
    "equipment_total": 61,
    "equipment_cloud": 30,
    "smart_factory": "C",
    "system_integration": "E",
    "cloud_stars": "D",
    "core_business_cloud": ["B", "C", "D", "E", "F"],
    "management_links": ["B", "C", "D", "E", "F", "G", "H", "I"],
    "needs": ["A"],
}
PROCESS.pop("needs_other")
NO_DESIGN: dict[str, Any] = {
    code: value
    for code, value in DISCRETE.items()
    if code not in ("designers_with_tools", "designers_total", "design_depth")
} | {"own_design": False, "auto_collection": ["A"], "talent": ["A"], "needs": ["C", "J"], "five_g": "A"}
NO_DESIGN.pop("needs_other")
THREE_FIRMS = {"discrete": DISCRETE, "process": PROCESS, "no_design": NO_DESIGN}
