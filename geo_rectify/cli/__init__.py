"""The front door: arguments, messages and exit codes.

Nothing heavy is imported before a command runs, so that ``--help`` answers at once.
"""

from geo_rectify.cli.app import main

__all__ = ["main"]
