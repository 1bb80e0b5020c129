"""Runs the experiments that a document names and puts what they print into it.

In a document a line `<!-- lab: close.py unread -->` is followed by a fenced block; `weave.py close.md` runs each such
experiment (each in its own namespace, started one after the other, running side by side) and replaces the blocks.
`weave.py close.md NAME...` runs only those named.
"""

import pathlib
import re
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).parent
MARK = re.compile(r"(<!-- lab: (\S+) (\S+) -->\n)(?:```\n.*?```\n|\n\|.*?<!-- end -->\n|)", re.S)


def shown(printed):
    """A dialogue goes into a fenced block, a table stays a table."""
    return "\n" + printed + "\n<!-- end -->\n" if printed.startswith("|") else "```\n" + printed + "```\n"


def main():
    document = HERE.parent / sys.argv[1]
    only = set(sys.argv[2:])
    text = document.read_text()
    wanted = {(script, name) for _, script, name in MARK.findall(text) if not only or name in only}
    running, printed = {}, {}
    for key in sorted(wanted):
        printed[key] = tempfile.TemporaryFile("w+")
        running[key] = subprocess.Popen([sys.executable, HERE / key[0], key[1]], stdout=printed[key], stderr=subprocess.STDOUT)
        time.sleep(0.4)
    seen = {}
    for key, process in running.items():
        process.wait()
        printed[key].seek(0)
        seen[key] = printed[key].read()
    text = document.read_text()
    document.write_text(MARK.sub(lambda match: match.group(1) + shown(seen[match.group(2, 3)])
                                 if match.group(2, 3) in seen else match.group(0), text))
    for key, process in running.items():
        if process.returncode:
            print("failed:", *key)


main()
