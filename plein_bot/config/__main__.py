"""Writes config.yaml.example to standard output."""

import sys

from plein_bot.config import example

sys.stdout.write("\n".join(example()) + "\n")
