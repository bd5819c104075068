"""Teaching: from corrections to a model that has learned them, unless it got worse at anything else.

In: corrections from a store, and the model to begin with.
Out: a folder with the new model, a report, and the verdict of the gate on whether it may be served.
Entry point: `lesson.teach`. `samples` says what corrections teach, `teacher` and `tuning` train, `evaluation` measures
before and after, `gate` judges, and `command` is the command `digitpad teach`.
"""
