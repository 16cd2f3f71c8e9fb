# SPDX-License-Identifier: MIT
"""The other side of the interop tests: CPython's multiprocessing.connection, any version from 3.6 on.

    peer.py ROLE KIND ADDRESS KEY     KIND: tcp, path, abstract; KEY: '-' for none, else hexadecimal

Prints what went wrong and ends with code 1, or prints "done".
"""

import sys
from multiprocessing import AuthenticationError, BufferTooShort, connection

SIZES = [0, 1, 3, 127, 128, 129, 16384, 16385, 65536, 70000, 1 << 20]


def content(size):
    return bytes((i * 31 + (i >> 8)) & 0xFF for i in range(size))


def address_of(kind, text):
    if kind == "tcp":
        host, port = text.rsplit(":", 1)
        return (host, int(port))
    return "\0" + text if kind == "abstract" else text


def key_of(text):
    return None if text == "-" else bytes.fromhex(text)


def expect(condition, what):
    if not condition:
        print("not as expected: " + what)
        sys.exit(1)


def client(address, key):
    """Sends messages of many sizes and wants them back."""
    with connection.Client(address, authkey=key) as c:
        for size in SIZES:
            c.send_bytes(content(size))
            expect(c.recv_bytes() == content(size), "the answer to %d bytes" % size)
        c.send_bytes(b"abcdef")
        try:
            c.recv_bytes_into(bytearray(3))
            expect(False, "a message that fits")
        except BufferTooShort as e:
            expect(e.args[0] == b"abcdef", "what did not fit")
        for size in (0, 5, 0):
            c.send_bytes(content(size))
        for size in (0, 5, 0):
            expect(c.poll(60), "an answer in time")
            expect(c.recv_bytes() == content(size), "answers in a row")


def server(address, key):
    """Tells where it listens, serves one client, and sends back what that sends until it leaves."""
    with connection.Listener(address, authkey=key) as listener:
        where = listener.address
        print(where[1] if isinstance(where, tuple) else "listening")
        sys.stdout.flush()
        with listener.accept() as c:
            try:
                while True:
                    c.send_bytes(c.recv_bytes())
            except EOFError:
                pass


def refused_client(address, key):
    try:
        connection.Client(address, authkey=key)
    except (AuthenticationError, EOFError, ConnectionResetError, BrokenPipeError):
        return
    expect(False, "a refusal")


def refusing_server(address, key):
    with connection.Listener(address, authkey=key) as listener:
        print(listener.address[1] if isinstance(listener.address, tuple) else "listening")
        sys.stdout.flush()
        try:
            listener.accept()
        except (AuthenticationError, EOFError, ConnectionResetError, BrokenPipeError):
            return
        expect(False, "a refusal")


def digests_server(address, key):
    """Asks for each digest that this version knows."""
    names = sys.argv[5:]
    with connection.Listener(address) as listener:
        print(listener.address[1] if isinstance(listener.address, tuple) else "listening")
        sys.stdout.flush()
        for name in names:
            with listener.accept() as c:
                connection.deliver_challenge(c, key, digest_name=name)
                connection.answer_challenge(c, key)
                c.send_bytes(name.encode())


def main():
    role, kind, address, key = sys.argv[1:5]
    globals()[role](address_of(kind, address), key_of(key))
    print("done")


main()
