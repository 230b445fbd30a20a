"""Benchmarks, each against a peer or a physical limit in the same run: ``script/bench [NAME…] [--json FILE]``.

A bench is a module with NAME, GOALS (figure → goal) and run() → figures; its machine-independent figures are ratios.
"""
