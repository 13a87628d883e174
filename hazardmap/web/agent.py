"""A browser's own name for itself, in words: enough to know one's own sessions again."""

from typing import Final

# The first that is found counts: each of these also says the names behind it.
_BROWSERS: Final = {
    "Edg": "Edge",
    "OPR/": "Opera",
    "Firefox/": "Firefox",
    "Chrome/": "Chrome",
    "Safari/": "Safari",
}
_SYSTEMS: Final = {
    "Android": "Android",
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Windows": "Windows",
    "Mac OS": "macOS",
    "CrOS": "ChromeOS",
    "Linux": "Linux",
}


def agent_words(agent: str) -> str:
    """ "Firefox, Android"; of what is no known browser, the beginning of what it says."""
    names = (
        next((words for part, words in known.items() if part in agent), "")
        for known in (_BROWSERS, _SYSTEMS)
    )
    return ", ".join(filter(None, names)) or agent[:60] or "?"
