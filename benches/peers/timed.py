"""Runs a command to its end and prints its own wall time, CPU time and peak memory as a line of JSON.

    python3 -ISE timed.py SECONDS STDERR COMMAND…

A child's peak memory cannot be below its parent's at the fork, so this parent imports nothing that it can do without
(4.6 MiB; bench.py says what it came to). SIGALRM ends a command that takes more than SECONDS.
"""
import posix
import sys
from _signal import SIGALRM, SIGKILL, alarm
from time import perf_counter

seconds, errors, *command = sys.argv[1:]
null = posix.open("/dev/null", posix.O_RDWR)
log = posix.open(errors, posix.O_WRONLY | posix.O_CREAT | posix.O_TRUNC, 0o644)
start = perf_counter()
child = posix.fork()
if child == 0:
    try:
        posix.setpgid(0, 0)
        posix.dup2(null, 0)
        posix.dup2(null, 1)
        posix.dup2(log, 2)
        alarm(int(seconds))  # outlives exec
        posix.execv(command[0], command)
    finally:
        posix._exit(127)
_, status, usage = posix.wait4(child, 0)
wall = perf_counter() - start
late = posix.WIFSIGNALED(status) and posix.WTERMSIG(status) == SIGALRM
if late:
    try:
        posix.killpg(child, SIGKILL)  # what the command itself started
    except ProcessLookupError:
        pass
ended = "null" if late else posix.waitstatus_to_exitcode(status)
cpu = usage.ru_utime + usage.ru_stime
print(f'{{"wall_s": {wall}, "cpu_s": {cpu}, "peak_mib": {usage.ru_maxrss / 1024}, "exit": {ended}}}')
