"""terminal - a vtysh as a person has it: a pty, a prompt, Tab and the question mark"""

import os
import pty
import re
import select
import subprocess
import time

from lab import Failure

REST_S = 0.1        # an answer is whole when so long nothing came after it
PROMPT = re.compile(r"^gw(\([\w-]+\))?# ", re.M)
CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\r")


class Terminal:
    """vtysh on the gateway. ask() types and returns what appears until it rests."""

    def __init__(self, gateway):
        self._master, slave = pty.openpty()
        self._process = subprocess.Popen(
            gateway.node.enter(gateway.vtysh_command()), stdin=slave, stdout=slave, stderr=slave,
            start_new_session=True, env={**os.environ, "TERM": "dumb", "VTYSH_PAGER": "cat"})
        os.close(slave)
        self.ask("")

    def ask(self, keys, timeout=10):
        """Type keys; a key that does not end a line (Tab, ?) is answered just the same."""
        os.write(self._master, keys.encode())
        text, deadline = "", time.monotonic() + timeout
        while time.monotonic() < deadline:
            if select.select([self._master], [], [], REST_S)[0]:
                text += os.read(self._master, 65536).decode(errors="replace")
            elif PROMPT.search(CONTROL.sub("", text)) or (keys and not keys.endswith("\n") and text):
                return CONTROL.sub("", text)
        raise Failure(f"vtysh on a terminal: no answer to {keys!r}, only {text!r}")

    def help(self, words):
        """What `?` says after the words: {word: its sentence}."""
        shown = self.ask(words + "?")
        os.write(self._master, b"\x15")        # wipe the line
        found = {}
        for line in shown.splitlines():
            match = re.match(r"^  (\S+)(?: +(.*))?$", line)
            if match:
                found[match[1]] = (match[2] or "").strip()
        return found

    def close(self):
        os.close(self._master)
        self._process.terminate()
        self._process.wait()
