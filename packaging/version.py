"""The version that a binary states, as `caffold --version` prints it."""

import subprocess


def version(binary):
    printed = subprocess.run([binary, "--version"], capture_output=True, text=True, check=True)
    return printed.stdout.split()[-1]
