"""Metrics of the server, for Prometheus."""

import os

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
    multiprocess,
)

SHARED_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
"""Environment variable naming the folder where workers share their counts; set it before importing this module."""

_SECONDS = (0.001, 0.002, 0.003, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1, 5)
_SHARES = (0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 0.999, 1)


class Metrics:
    """The metrics of one app.

    Attributes:
        requests: number of requests by route, method and status.
        seconds: time to answer a request, by route.
        predictions: number of drawings read by status and digit ("" if there is none).
        prediction_seconds: time to read a drawing, without the time in the queue.
        confidence: confidence in the digits read.
        page_digits: number of digits, and what was found beside them, on pages, by status.
        page_seconds: time to read a page, without the time in the queue.
        corrections: number of corrections kept by what they were: "digit", "not a digit" or "number".
        refusals: number of problem documents by kind.
    """

    def __init__(self) -> None:
        registry = CollectorRegistry()
        self._registry = registry
        self.requests = Counter(
            "digitpad_requests", "Requests answered.", ["route", "method", "status"], registry=registry
        )
        self.seconds = Histogram(
            "digitpad_request_seconds", "Seconds to answer a request.", ["route"], registry=registry, buckets=_SECONDS
        )
        self.predictions = Counter("digitpad_predictions", "Drawings read.", ["status", "digit"], registry=registry)
        self.prediction_seconds = Histogram(
            "digitpad_prediction_seconds", "Seconds to read a drawing.", registry=registry, buckets=_SECONDS
        )
        self.confidence = Histogram(
            "digitpad_confidence", "Confidence in the digits read.", registry=registry, buckets=_SHARES
        )
        self.page_digits = Counter("digitpad_page_digits", "Found on pages.", ["status"], registry=registry)
        self.page_seconds = Histogram(
            "digitpad_page_seconds", "Seconds to read a page.", registry=registry, buckets=_SECONDS
        )
        self.corrections = Counter("digitpad_corrections", "Corrections kept.", ["truth"], registry=registry)
        self.refusals = Counter(
            "digitpad_refusals", "Requests answered with a problem document.", ["problem"], registry=registry
        )
        if SHARED_FOLDER not in os.environ:  # these describe a single process
            ProcessCollector(registry=registry)
            PlatformCollector(registry=registry)

    def exposition(self) -> bytes:
        """The metrics of all workers in Prometheus' text format."""
        if SHARED_FOLDER not in os.environ:
            return generate_latest(self._registry)
        registry = CollectorRegistry()
        multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        return generate_latest(registry)
