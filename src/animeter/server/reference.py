"""The page `/docs`: the API for people, written from its OpenAPI schema, without any script."""

import json
from html import escape
from typing import Any, Final

STYLE: Final = """\
:root { color-scheme: light dark; --line: #8884; --soft: #8882; }
body { margin: 0; font: 16px/1.55 system-ui, sans-serif; }
main { max-width: 50rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; }
h1 { font-size: 1.6rem; margin: 0 0 .5rem; }
h2 { font-size: 1.15rem; margin: 2.5rem 0 .5rem; padding-top: 1rem; }
h2 { border-top: 1px solid var(--line); }
.method { font-size: .8rem; padding: .15rem .5rem; border-radius: .3rem; }
.method { background: var(--soft); }
h3 { font-size: .95rem; margin: 1.2rem 0 .3rem; }
code, pre { font: 14px/1.5 ui-monospace, monospace; }
pre { padding: .75rem; overflow-x: auto; border-radius: .4rem; background: var(--soft); }
.table { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
th, td { padding: .3rem .8rem .3rem 0; text-align: left; vertical-align: top; }
tr + tr > * { border-top: 1px solid var(--line); }
a { color: inherit; }
"""

_EXAMPLES: Final = {
    "/v1/classify": (
        "curl --data-binary @frame.png -H 'Content-Type: image/png' {root}/v1/classify",
        "curl -F file=@one.png -F file=@two.jpg {root}/v1/classify",
        """curl {root}/v1/classify -H 'Content-Type: application/json' \\
  -d "{{\\"inputs\\": \\"$(base64 < frame.png | tr -d '\\n')\\"}}\"""",
    ),
    "/v1/explain": (
        "curl -F file=@frame.png {root}/v1/explain > why.png",
        "curl -F file=@frame.png '{root}/v1/explain?output=numbers'",
    ),
    "/v1/model": ("curl {root}/v1/model",),
}


def reference_page(schema: dict[str, Any], root: str) -> str:
    """Return the page.

    Args:
        schema: of the API.
        root: where the API is, for the examples, without a slash at its end.
    """
    sections = "\n".join(
        _operation(path, method, operation, schema, root)
        for path, operations in schema["paths"].items()
        for method, operation in operations.items()
    )
    info = schema["info"]
    return f"""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{escape(info["title"])} {escape(info["version"])}: the API</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="docs/style.css">
<main>
<h1>{escape(info["title"])} {escape(info["version"])}: the API</h1>
<p>{escape(info["description"])}</p>
<p>For programs: <a href="openapi.json">openapi.json</a>. The page: <a href="./">here</a>.</p>
{sections}
</main>
</html>
"""


def _operation(
    path: str, method: str, operation: dict[str, Any], schema: dict[str, Any], root: str
) -> str:
    parts = [
        f'<h2><span class="method">{method.upper()}</span> <code>{escape(path)}</code></h2>',
        f"<p>{escape(operation['summary'])}. {_text(operation.get('description', ''))}</p>",
    ]
    examples = _EXAMPLES.get(path, ())
    parts += [f"<pre>{escape(example.format(root=root))}</pre>" for example in examples]
    if operation.get("parameters"):
        parts += ["<h3>Parameters</h3>", _parameters(operation["parameters"])]
    if "requestBody" in operation:
        kinds = ", ".join(f"<code>{escape(k)}</code>" for k in operation["requestBody"]["content"])
        parts.append(f"<h3>Body</h3><p>{kinds}</p>")
    parts += ["<h3>Answers</h3>", _answers(operation["responses"], schema)]
    return "\n".join(parts)


def _parameters(parameters: list[dict[str, Any]]) -> str:
    rows = [
        f"<tr><td><code>{escape(one['name'])}</code></td>"
        f"<td>{_text(one.get('description', ''))} {_values(one['schema'])}</td></tr>"
        for one in parameters
    ]
    return _table(rows)


def _values(rule: dict[str, Any]) -> str:
    options = [value for one in [rule, *rule.get("anyOf", [])] for value in one.get("enum", [])]
    return ", ".join(f"<code>{escape(str(value))}</code>" for value in options)


def _answers(responses: dict[str, Any], schema: dict[str, Any]) -> str:
    rows = []
    for status, response in sorted(responses.items()):
        fields = [
            f"<code>{escape(name)}</code>"
            for content in response.get("content", {}).values()
            for name in _fields(content.get("schema", {}), schema)
        ]
        listed = f": {', '.join(fields)}" if fields and status.startswith("2") else ""
        rows.append(
            f"<tr><td>{escape(status)}</td><td>{_text(response['description'])}{listed}</td></tr>"
        )
    return _table(rows)


def _fields(rule: dict[str, Any], schema: dict[str, Any]) -> list[str]:
    if "$ref" in rule:
        name = rule["$ref"].rpartition("/")[2]
        return _fields(schema["components"]["schemas"][name], schema)
    if "anyOf" in rule:
        return _fields(rule["anyOf"][0], schema)
    return list(rule.get("properties", {}))


def _table(rows: list[str]) -> str:
    return f'<div class="table"><table>{"".join(rows)}</table></div>'


def _text(text: str) -> str:
    """Escape a text, its `code` marked as such."""
    pieces = escape(text).split("`")
    return "".join(f"<code>{p}</code>" if n % 2 else p for n, p in enumerate(pieces))


def schema_text(schema: dict[str, Any]) -> str:
    """Return a schema as the file that is kept of it."""
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
