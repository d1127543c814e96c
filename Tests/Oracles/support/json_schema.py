"""check-jsonschema as the oracle that judges JSON Schemas and what they accept."""

import subprocess
import sys


def validate(*arguments):
    done = subprocess.run(
        [sys.executable, "-m", "check_jsonschema", *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr
