"""`python -m plein_bot` is `plein`."""

from plein_bot.cli import main

if __name__ == "__main__":
    main()
