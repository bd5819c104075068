"""Reporting: the results of a run, for people and programs.

In: the results of a run. Out: `metrics.json`, the model card, the report, text for the terminal.
Entry points: `record.collect` for programs, `report.write` for people. The report and the site share `story` and
`plots`; `summary` prints a run as text, `progress` shows it while it trains, and `machine` describes the hardware.
"""
