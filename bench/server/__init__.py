"""How many predictions per second the server gives, how long one takes, and how much memory it needs.

wrk generates the load. A Gradio app around the same model (`gradio_app.py`) is measured alternately with the server; it
needs an environment of its own (`gradio-requirements.txt`) and is left out without it. `routes` builds the requests,
`clients` sends them, and `servers` runs the processes that are measured.
"""
