"""RapidOCR behind FastAPI and uvicorn, as digitpad is: a picture posted to /api/read is answered with its `text`.

It has RapidOCR's defaults. Like digitpad, it reads one page at a time, and none that nobody waits for any more.
"""

import socket

import uvicorn
from anyio import Lock, to_thread
from fastapi import FastAPI, Request
from rapidocr_onnxruntime import RapidOCR  # type: ignore[import-not-found]  # it has an environment of its own

engine, turn, app = RapidOCR(), Lock(), FastAPI()


@app.post("/api/read")
async def read(request: Request) -> dict[str, str]:
    """The text of a picture, line by line."""
    picture = await request.body()
    async with turn:
        if await request.is_disconnected():
            return {}
        lines, _ = await to_thread.run_sync(engine, picture)
    return {"text": "\n".join(text for _, text, _ in lines or ())}


with socket.create_server(("127.0.0.1", 0)) as listener:
    print("http://{}:{}".format(*listener.getsockname()), flush=True)
    uvicorn.Server(uvicorn.Config(app, access_log=False)).run([listener])
