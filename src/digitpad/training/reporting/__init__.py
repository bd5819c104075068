"""Reporting: what people and programs are told of a run.

In: the figures of a run. Out: `metrics.json`, the model's card, the report, text for the terminal.
Front doors: `record.collect` for programs, `report.write` for people. `story` and `plots` are what report and site
share; `summary` is the run as text, `progress` the bar while it trains, `machine` what it ran on.
"""
