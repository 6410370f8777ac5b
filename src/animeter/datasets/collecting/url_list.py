"""Collects the pictures that a list of URLs names: a line each, or a table with a column `url`."""

import csv
from collections.abc import Container, Iterator
from pathlib import Path
from typing import Final

from animeter.datasets.collecting.collector import Found
from animeter.datasets.collecting.manners import Manners
from animeter.datasets.collecting.visiting import Visitor, Wanted
from animeter.datasets.collecting.web_pictures import WEB_COLUMNS, collect_urls
from animeter.domain.errors import FileMissingError, ManifestError

URL: Final = "url"
_TABLES: Final = {".csv": ",", ".tsv": "\t"}
_LONGEST_LINE: Final = 1 << 20


class UrlListCollector:
    """The pictures of a list.

    Args:
        path: a text file with a URL a line, where empty lines and those that begin with `#` count
            for nothing; or a CSV or TSV with a column `url`, whose other columns go into the
            manifest.
        manners: towards the servers.

    Raises:
        FileMissingError: there is no such file.
        ManifestError: it is no such list.
    """

    name = "urls"

    def __init__(self, path: Path, manners: Manners) -> None:
        if not path.is_file():
            raise FileMissingError(
                f"There is no list at {path}. Give a text file with a URL a line, or a CSV file "
                "with a column 'url'."
            )
        self._path = path
        self._visitor = Visitor(manners)
        self._separator = _TABLES.get(path.suffix.lower())
        self._header = self._read_header() if self._separator else ()
        others = (column for column in self._header if column != URL)
        self.columns = tuple(dict.fromkeys((*WEB_COLUMNS, *others)))

    def collect(self, done: Container[str]) -> Iterator[Found]:
        """Give the pictures as they come."""
        wanted = self._table() if self._separator else self._lines()
        yield from collect_urls(self._visitor, wanted, done)

    def _lines(self) -> Iterator[Wanted]:
        with self._path.open(encoding="utf-8-sig", errors="replace") as file:
            while line := file.readline(_LONGEST_LINE):
                if (url := line.strip()) and not url.startswith("#"):
                    yield Wanted(url)

    def _table(self) -> Iterator[Wanted]:
        with self._path.open(newline="", encoding="utf-8-sig", errors="replace") as file:
            reader = csv.reader(file, delimiter=self._separator or ",")
            next(reader, None)
            try:
                for fields in reader:
                    row = dict(zip(self._header, fields, strict=False))
                    if url := row.pop(URL, "").strip():
                        yield Wanted(url, facts=row)
            except csv.Error as error:
                raise ManifestError(
                    f"{self._path}, line {reader.line_num}, is not CSV: {error}."
                ) from error

    def _read_header(self) -> tuple[str, ...]:
        with self._path.open(newline="", encoding="utf-8-sig", errors="replace") as file:
            try:
                reader = csv.reader(file, delimiter=self._separator or ",")
                header = tuple(name.strip() for name in next(reader, []))
            except csv.Error as error:
                raise ManifestError(f"{self._path} is not CSV: {error}.") from error
        if URL not in header:
            raise ManifestError(
                f"{self._path} has the columns {', '.join(header) or '(none)'}, but not 'url'. "
                "Add it, or give a text file with a URL a line."
            )
        return header
