"""Find a Chromium for the browser tests; as a script, install one from the system's packages."""

import os
import shutil
import subprocess
from pathlib import Path

NAMES = ("chromium", "google-chrome", "google-chrome-stable", "chromium-browser", "microsoft-edge")
PLACES = (
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe",
)
INSTALLERS = {
    "apt-get": "apt-get update && apt-get install --yes --no-install-recommends chromium",
    "dnf": "dnf install --assumeyes chromium",
    "pacman": "pacman --sync --noconfirm chromium",
    "zypper": "zypper --non-interactive install chromium",
}
ADVICE = "no Chromium was found: install chromium or Chrome, or name one in the variable CHROMIUM"


def find() -> str | None:
    """The path of a Chromium or a browser made from it, None if there is none."""
    if named := os.environ.get("CHROMIUM"):
        return named
    known = [shutil.which(name) for name in NAMES] + [p for p in PLACES if Path(p).exists()]
    return next(filter(None, known), None)


def install() -> None:
    """Ask the system's package manager, as root or through sudo."""
    command = next((c for name, c in INSTALLERS.items() if shutil.which(name)), None)
    if command is None:
        return
    root = [] if os.geteuid() == 0 else ["sudo"]
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    try:
        subprocess.run([*root, "sh", "-c", command], check=True, env=environment)
    except (OSError, subprocess.CalledProcessError) as error:
        print(f"Chromium could not be installed: {error}")


if __name__ == "__main__":
    if not find():
        install()
    print(find() or f"The browser tests will be skipped: {ADVICE}")
