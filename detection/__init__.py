"""Finding hazards in pictures: a library without Django."""

import sys

# Merely importing openvino would report to Google Analytics; without this package it does not.
sys.modules["openvino_telemetry"] = None  # type: ignore[assignment]  # None forbids the import
