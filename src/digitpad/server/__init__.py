"""The web app: a page to draw on, and a JSON API.

A request passes `connection` (limits on heads, time and connections), `access` (one log line, crashes caught),
`headers`, `app` (the routes), `body` (a picture in bounded memory and time) and `queue` (a bounded wait for the thread
that reads). Whatever is refused becomes a `problem` document.
"""

from digitpad.server.app import create_app
from digitpad.server.run import serve

__all__ = ["create_app", "serve"]
