"""The web app: a page to draw on, and a JSON API.

A request passes through `connection` (limits on headers, time and connections), `headers` (security headers), `access`
(logging and crash handling), `app` (the routes), `body` (receives a picture in bounded memory and time) and `queue` (a
bounded queue for the threads that read drawings). Errors become `problem` documents.
"""

from digitpad.server.app import create_app
from digitpad.server.run import serve

__all__ = ["create_app", "serve"]
