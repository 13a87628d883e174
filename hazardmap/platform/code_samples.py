"""A request of the API as code to paste."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple


class Sample(NamedTuple):
    label: str
    code: str


class Token(NamedTuple):
    """How each language writes it within a text."""

    shell: str
    javascript: str
    python: str


@dataclass(frozen=True, slots=True)
class Call:
    """method: in small letters. token: None where none is needed. body: of JSON. file: the name of
    a picture to upload."""

    method: str
    url: str
    token: Token | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    file: str = ""

    def all_headers(self, token: str | None) -> dict[str, str]:
        return ({"Authorization": f"Bearer {token}"} if token else {}) | dict(self.headers)


def samples_of(call: Call) -> tuple[Sample, Sample, Sample]:
    """The same call with curl, in JavaScript and in Python."""
    return (
        Sample("curl", _curl(call)),
        Sample("JavaScript", _javascript(call)),
        Sample("Python", _python(call)),
    )


def _curl(call: Call) -> str:
    parts = ["curl"]
    if call.method in ("delete", "patch") or (
        call.method == "post" and call.body is None and not call.file
    ):
        parts.append(f"-X {call.method.upper()}")
    headers = call.all_headers(call.token and call.token.shell)
    parts += [f'-H "{name}: {value}"' for name, value in headers.items()]
    if call.body is not None:
        parts.append(f"--json '{json.dumps(call.body)}'")
    if call.file:
        parts.append(f"-F image=@{call.file}")
    return " \\\n  ".join([*parts, f'"{call.url}"'])


def _javascript(call: Call) -> str:
    given = call.all_headers(call.token and call.token.javascript)
    headers = [f"{name}: `{value}`" for name, value in given.items()]
    options = [f'method: "{call.method.upper()}"'] if call.method != "get" else []
    lines = []
    if call.body is not None:
        headers.append('"Content-Type": "application/json"')
        options.append(f"body: JSON.stringify({json.dumps(call.body)})")
    if call.file:
        lines = ["const form = new FormData();", 'form.append("image", file);']
        options.append("body: form")
    if headers:
        options.append(f"headers: {{ {', '.join(headers)} }}")
    inner = "".join(f"  {option},\n" for option in options)
    lines.append(f'const answer = await fetch("{call.url}", {{\n{inner}}});')
    lines.append("if (!answer.ok) throw new Error((await answer.json()).detail);")
    lines.append("console.log(await answer.text());")
    return "\n".join(lines)


def _python(call: Call) -> str:
    arguments = [f'"{call.url}"']
    if headers := call.all_headers(call.token and call.token.python):
        pairs = ", ".join(
            f'"{name}": {"f" if "{" in value else ""}"{value}"' for name, value in headers.items()
        )
        arguments.append(f"headers={{{pairs}}}")
    if call.body is not None:
        arguments.append(f"json={call.body!r}")
    if call.file:
        arguments.append(f'files={{"image": open("{call.file}", "rb")}}')
    inner = "".join(f"    {argument},\n" for argument in arguments)
    imports = ["import os"] if call.token and "os." in call.token.python else []
    return "\n".join(
        [
            *imports,
            "import httpx",
            "",
            f"answer = httpx.{call.method}(\n{inner})",
            "answer.raise_for_status()",
            "print(answer.text)",
        ]
    )
