"""The `plein` command as a module, so that a child that dies with its parent can run it."""

from plein_bot import cli

if __name__ == "__main__":
    cli.main()
