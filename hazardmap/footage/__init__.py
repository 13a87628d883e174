"""Videos of a drive: where and when each moment was, which moments to send, and their pictures.

Pure: no Django, no network. Files come from a memory card and may be anything.
"""
