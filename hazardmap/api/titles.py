"""What lists of operations show: a line for each, in groups."""

from typing import Any


def entitle(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """The first paragraph of what an operation says is its summary; messages are a group too."""
    groups = set()
    for operations in (*result["paths"].values(), *result["webhooks"].values()):
        for operation in operations.values():
            first = operation["description"].partition("\n\n")[0]
            operation["summary"] = " ".join(first.split())
            groups.update(operation.setdefault("tags", ["messages"]))
    result["tags"] = [{"name": group} for group in sorted(groups)]
    return result
