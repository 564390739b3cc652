"""Serves hostile zones (attacks.py) at all addresses of this network namespace until SIGTERM.

usage: serve.py PROCESSES ZONES KIND...
"""

import ctypes
import os
import signal
import sys

import attacks
from world import World


PR_SET_PDEATHSIG = 1


def end_with_parent():
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def main():
    end_with_parent()
    processes, count, kinds = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]
    zones = attacks.zones(kinds, count)
    handle = attacks.handler(zones)
    attacks.prepare(zones)
    children = []
    read, write = os.pipe()
    for _ in range(processes):
        if (child := os.fork()) == 0:
            end_with_parent()
            World(handle, everywhere=True)
            os.write(write, b".")
            signal.pause()
        children.append(child)

    def stop(*_):
        for child in children:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
        sys.exit()
    signal.signal(signal.SIGTERM, stop)
    for _ in children:
        os.read(read, 1)
    print("ready", flush=True)
    signal.pause()


if __name__ == "__main__":
    main()
