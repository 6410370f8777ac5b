"""Reads picture files with the page's own engine, in the page, and hands back what it said."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# Files reach a page by an input alone, as they do when a visitor chooses them.
_READ = """
async ({ input, ...options }) => {
  const { openEngine } = await import("./engine.js");
  const engine = await openEngine(options);
  const numbers = (array) => Array.from(array);
  const read = async (file) => {
    try {
      const reading = await engine.read(file, file.name);
      return {
        classification: reading.classification,
        activation: numbers(reading.activation),
        activationShape: reading.activationShape,
        embedding: numbers(reading.embedding),
      };
    } catch (error) {
      return { code: error.code ?? String(error), message: error.message };
    }
  };
  const readings = await Promise.all(Array.from(input.files, read));
  const model = await engine.load();
  engine.dispose();
  return { kind: engine.kind, detail: engine.detail, model, readings };
}
"""


@dataclass(frozen=True, slots=True)
class Readings:
    """What an engine said.

    Attributes:
        kind: `page` or `server`.
        detail: on what it ran.
        model: what it says of its model.
        readings: one a file: a reading, or the code and message of an error.
    """

    kind: str
    detail: str
    model: dict[str, Any]
    readings: list[dict[str, Any]]


def chosen(page: Any, files: Sequence[Path]) -> Any:
    """An input of the page, in nobody's sight, with these files in it."""
    handle = page.evaluate_handle(
        "() => Object.assign(document.createElement('input'), { type: 'file', multiple: true })"
    )
    handle.as_element().set_input_files([str(file) for file in files])
    return handle


def read_files(
    page: Any, files: Sequence[Path], prefer: str = "page", graphics_card: str = "auto"
) -> Readings:
    """Read files with the engine that is asked for: `page`, `server` or `auto`."""
    options = {"prefer": prefer, "graphicsCard": graphics_card}
    return Readings(**page.evaluate(_READ, {"input": chosen(page, files), **options}))
