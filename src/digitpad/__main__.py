"""`python -m digitpad` is the same as `digitpad`."""

from digitpad.cli import main

main()
