"""Run the command line with ``python -m geo_rectify``."""

from geo_rectify.cli import main

if __name__ == "__main__":
    main()
