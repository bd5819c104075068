"""How many predictions and pages per second the server gives, how long one takes, and how much memory it needs.

wrk generates the load. Two other apps are measured alternately with the server: Gradio around the same model
(`gradio_app.py`) and, for pages, RapidOCR (`rapidocr_app.py`). Each needs an environment of its own
(`gradio-requirements.txt`, `bench/pages/ocr-requirements.txt`) and is left out without it. `routes` and `sheets` build
the requests, `clients` sends them, and `servers` runs the processes that are measured.
"""
