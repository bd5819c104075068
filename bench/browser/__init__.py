"""How fast the pad is in Chromium: loading, reading, photographs and the camera. Run by `make bench-browser`."""
