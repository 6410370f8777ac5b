"""Lets `python -m animeter` stand for `animeter`."""

from animeter.cli.app import main

if __name__ == "__main__":
    main()
