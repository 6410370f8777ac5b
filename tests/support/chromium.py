"""Where Chromium is, and how it is started without a window and without any other host."""

import shutil

MISSING = "Chromium is not installed: apt-get install chromium"

_NAMES = ("chromium", "chromium-browser", "google-chrome")

CHROMIUM_FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Every other host is unknown to this browser, whoever asks: page, worker or service worker.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE *.localhost",
)


def find_chromium() -> str | None:
    """Return the program's path; None where there is none."""
    return next(filter(None, map(shutil.which, _NAMES)), None)
