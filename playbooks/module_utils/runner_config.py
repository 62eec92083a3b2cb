"""GitLab Runner's config.toml, edited as text: what Drover does not own (comments, docker, cache) stays as it is.

Python has a TOML reader only from 3.11 and no writer at all, hence this small one. It knows the keys that it reads:
single-line scalars at the top and directly in ``[[runners]]``.
"""

import json
import re

_TABLE = re.compile(r"^\s*\[")
_RUNNER = re.compile(r"^\s*\[\[\s*runners\s*\]\]")
_RUNNER_CHILD = re.compile(r"^\s*\[{1,2}\s*runners\s*\.")
_KEY = re.compile(r'^(\s*)"?([A-Za-z0-9_-]+)"?\s*=\s*(.*)$')
_TOKEN_LINE = re.compile(r'(?m)^(\s*"?token"?\s*=\s*).*$')
MASK = '"[masked]"'


class Timestamp(str):
    """A date and time as TOML writes it: without quotes."""


class Chunk:
    """The lines of one part of the file; `keys` maps each directly held key to its line's index."""

    def __init__(self, kind, lines=()):
        self.kind = kind  # globals, runner, or other
        self.lines = list(lines)

    def _keys(self):
        found = {}
        for index, line in _structural(self.lines):
            if _TABLE.match(line):
                if index > 0 or self.kind == "globals":
                    break
                continue
            match = _KEY.match(line)
            if match:
                found[match.group(2)] = index
        return found

    def get(self, key, default=None):
        index = self._keys().get(key)
        return default if index is None else decode(_KEY.match(self.lines[index]).group(3))

    def set(self, key, value):
        keys = self._keys()
        indent = "  " if self.kind == "runner" else ""
        line = "%s%s = %s" % (indent, key, encode(value))
        if key in keys:
            self.lines[keys[key]] = line
        else:
            self.lines.insert(max(keys.values(), default=0 if self.kind == "runner" else -1) + 1, line)

    def drop(self, key):
        index = self._keys().get(key)
        if index is not None:
            del self.lines[index]


class RunnerConfig:
    """The file as a list of chunks: globals first, then tables in their order."""

    def __init__(self, text=""):
        self.chunks = [Chunk("globals")]
        structural = dict(_structural(text.splitlines()))
        for index, line in enumerate(text.splitlines()):
            if index in structural and _RUNNER.match(line):
                self.chunks.append(Chunk("runner"))
            elif index in structural and _TABLE.match(line):
                if not (_RUNNER_CHILD.match(line) and self.chunks[-1].kind == "runner"):
                    self.chunks.append(Chunk("other"))
            self.chunks[-1].lines.append(line)

    @property
    def globals(self):
        return self.chunks[0]

    @property
    def runners(self):
        return [chunk for chunk in self.chunks if chunk.kind == "runner"]

    def find(self, name):
        return next((chunk for chunk in self.runners if chunk.get("name") == name), None)

    def add(self):
        chunk = Chunk("runner", ["[[runners]]"])
        self.chunks.append(chunk)
        return chunk

    def remove(self, chunk):
        self.chunks.remove(chunk)

    def text(self):
        parts = ["\n".join(chunk.lines).strip("\n") for chunk in self.chunks]
        return "\n\n".join(part for part in parts if part) + "\n"


def masked(text):
    """The file's text for a diff: no token in it."""
    return _TOKEN_LINE.sub(lambda match: match.group(1) + MASK, text)


def encode(value):
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float, Timestamp)):
        return str(value)
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def decode(text):
    """The value of a single-line scalar; None for what this reader does not know."""
    match = re.match(r'"(?:[^"\\]|\\.)*"', text)
    if match and not text.startswith('"""'):
        try:
            return json.loads(match.group(0))
        except ValueError:
            return None
    match = re.match(r"'([^']*)'", text)
    if match and not text.startswith("'''"):
        return match.group(1)
    bare = text.split("#", 1)[0].strip()
    if bare in ("true", "false"):
        return bare == "true"
    try:
        return int(bare.replace("_", ""))
    except ValueError:
        return bare or None


def _structural(lines):
    """Yields (index, line) for lines that are not the inside of a multi-line string or array."""
    closing = None
    for index, line in enumerate(lines):
        if closing is not None:
            if closing in line:
                closing = None
            continue
        yield index, line
        match = _KEY.match(line)
        if not match:
            continue
        value = match.group(3)
        for quotes in ('"""', "'''"):
            if value.startswith(quotes) and quotes not in value[3:]:
                closing = quotes
        if value.startswith("[") and "]" not in value:
            closing = "]"
