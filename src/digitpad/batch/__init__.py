"""Reading many pictures: a data set in, a table out, on one machine or on many.

Needs `digitpad[batch]`; for a cluster `digitpad[ray]`.
"""
