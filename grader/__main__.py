"""The command `grader`, and `python -m grader`: from its first moments on, Ctrl-C ends it with a word."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command that was typed, and end the process."""
    try:
        from grader.cli import main as run  # here, so that Ctrl-C in the middle of it is caught too

        run()
    except KeyboardInterrupt:
        sys.stderr.write("\nStopped.\n")
        sys.exit(130)  # INTERRUPTED of grader.cli.exits, which may not be there yet


if __name__ == "__main__":
    main()
