"""The process from which the children of `confining` are forked, so that none of them has to start an interpreter.

It is started anew from the executable with nothing of ours: no environment, no descriptor but its end of a pair of sockets. It loads
what the children need and then only forks, carries word and reaps; it never looks at a file. A request is one message with three
descriptors: the file, the pipe on which the child speaks, and a socket by which the child is held. When the other end of that
socket is closed or shut, also because its owner was killed, the child is killed; when the child has ended, its exit status is
said there. When the owner's end of the pair is closed, no more children come, and with the last of them the process ends.

No Django here.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import select
import signal
import socket
from dataclasses import dataclass

MESSAGE_BYTES = 1 << 16
STATUS_BYTES = 4
DESCRIPTORS = 256
_FILE = 3


@dataclass
class _Held:
    process: int
    ended: int
    """A descriptor of the process, readable once it has ended."""
    holder: socket.socket


def main(control: int, modules: list[str]) -> None:
    """Forks for whoever holds the other end of `control`, until it is closed."""
    import resource

    # What a child has to close.
    resource.setrlimit(resource.RLIMIT_NOFILE, (DESCRIPTORS, DESCRIPTORS))
    for name in modules:
        importlib.import_module(name)
    # A collection in a child would write to, and so copy, every page that it shares with us.
    gc.freeze()
    asked = socket.socket(fileno=control)
    held: dict[int, _Held] = {}
    poll = select.poll()
    poll.register(control, select.POLLIN)
    is_open = True
    while is_open or held:
        for descriptor, _event in poll.poll():
            if descriptor == control:
                is_open = _take(asked, held, poll)
                if not is_open:
                    poll.unregister(control)
            elif one := held.get(descriptor):
                if descriptor == one.ended:
                    _reap(one, held, poll)
                else:
                    # Its owner wants it no longer, or is no longer there. It is reaped as soon as it has ended.
                    poll.unregister(descriptor)
                    signal.pidfd_send_signal(one.ended, signal.SIGKILL)


def _take(asked: socket.socket, held: dict[int, _Held], poll: select.poll) -> bool:
    """Forks a child for the next request; False where there will be none."""
    message, descriptors, _flags, _address = socket.recv_fds(asked, MESSAGE_BYTES, 3)
    if not message:
        return False
    file, pipe, holder = descriptors
    process = os.fork()
    if not process:
        _be_child(message, file, pipe)
    os.close(file)
    os.close(pipe)
    one = _Held(process, os.pidfd_open(process), socket.socket(fileno=holder))
    for descriptor in (one.ended, holder):
        held[descriptor] = one
        poll.register(descriptor, select.POLLIN)
    return True


def _reap(one: _Held, held: dict[int, _Held], poll: select.poll) -> None:
    _process, status = os.waitpid(one.process, 0)
    told = os.waitstatus_to_exitcode(status).to_bytes(STATUS_BYTES, "big", signed=True)
    del held[one.ended], held[one.holder.fileno()]
    for descriptor in (one.ended, one.holder.fileno()):
        try:
            poll.unregister(descriptor)
        except KeyError:
            continue
    os.close(one.ended)
    try:
        one.holder.send(told, socket.MSG_NOSIGNAL)
    except OSError:
        pass
    one.holder.close()


def _be_child(message: bytes, file: int, pipe: int) -> None:
    """Keeps the file and the pipe, closes everything else, and hands over to the module."""
    try:
        os.setsid()
        os.dup2(pipe, 1)
        os.dup2(file, _FILE)
        os.closerange(_FILE + 1, DESCRIPTORS)
        told = json.loads(message)
        importlib.import_module(told["module"]).main(_FILE, json.dumps(told["request"]))
    finally:
        os._exit(1)
