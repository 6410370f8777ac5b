"""What a page loads and where it leads, read from its HTML."""

from html.parser import HTMLParser


class Links(HTMLParser):
    """Gathers what a page would load, and checks that its tags are closed."""

    VOID = frozenset({"meta", "img", "link", "br", "hr", "input"})

    def __init__(self) -> None:
        super().__init__()
        self.loaded: list[str] = []
        self.open: list[str] = []
        self.ids: set[str] = set()
        self.targets: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in self.VOID:
            self.open.append(tag)
        for name, value in attrs:
            if name == "id":
                self.ids.add(value or "")
            if name == "src" or (name == "href" and tag == "link"):
                self.loaded.append(value or "")
            if name == "href" and tag == "a":
                self.targets.append(value or "")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in self.VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag
