"""Runs a command on a terminal and answers its questions, for the tests.

usage: terminal.py ANSWERS COMMAND [ARGUMENT...]

ANSWERS are separated by commas. Each answer is typed when the next `[y/N]` appears. Prints the
output of the command, and exits with its exit code.
"""

import os
import pty
import sys

answers = sys.argv[1].split(",")
process, terminal = pty.fork()
if process == 0:
    os.execvp(sys.argv[2], sys.argv[2:])
output = b""
answered = 0
while True:
    try:
        read = os.read(terminal, 4096)
    except OSError:
        # The command has closed the terminal.
        break
    if not read:
        break
    output += read
    if output.count(b"[y/N]") > answered and answered < len(answers):
        os.write(terminal, answers[answered].encode() + b"\n")
        answered += 1
sys.stdout.buffer.write(output.replace(b"\r\n", b"\n"))
sys.exit(os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]))
