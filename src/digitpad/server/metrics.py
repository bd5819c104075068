"""What the server counts, for Prometheus."""

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
"""The environment variable with a folder where several workers keep common counts, set before this is imported."""

_SECONDS = (0.001, 0.002, 0.003, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1, 5)
_SHARES = (0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 0.999, 1)


class Metrics:
    """The counts of one app.

    Attributes:
        requests: by route, method and status.
        seconds: how long requests took, by route.
        predictions: by status and digit ("" where there is none).
        prediction_seconds: how long reading a drawing took, without waiting.
        confidence: of the digits that were read.
        refusals: by the kind of problem.
    """

    def __init__(self) -> None:
        registry = CollectorRegistry()
        self._registry = registry
        self.requests = Counter(
            "digitpad_requests", "Requests answered.", ["route", "method", "status"], registry=registry
        )
        self.seconds = Histogram(
            "digitpad_request_seconds", "Time to answer.", ["route"], registry=registry, buckets=_SECONDS
        )
        self.predictions = Counter("digitpad_predictions", "Drawings read.", ["status", "digit"], registry=registry)
        self.prediction_seconds = Histogram(
            "digitpad_prediction_seconds", "Time to read a drawing.", registry=registry, buckets=_SECONDS
        )
        self.confidence = Histogram(
            "digitpad_confidence", "Confidence in the digits read.", registry=registry, buckets=_SHARES
        )
        self.refusals = Counter("digitpad_refusals", "Requests refused.", ["problem"], registry=registry)
        if SHARED_FOLDER not in os.environ:  # these speak of one process only
            ProcessCollector(registry=registry)
            PlatformCollector(registry=registry)

    def exposition(self) -> bytes:
        """The counts of all workers in Prometheus' text format."""
        if SHARED_FOLDER not in os.environ:
            return generate_latest(self._registry)
        registry = CollectorRegistry()
        multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        return generate_latest(registry)
