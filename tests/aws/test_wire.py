"""One connection against a server that answers whatever the test says."""

import socket
import threading

import pytest

from ctforensics.aws.wire import Place, Unusual, Wire

GOOD = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-Two: a\r\nx-two: b\r\n\r\nhello"


@pytest.fixture
def server():
    """Gives answers one by one; ``None`` closes the connection. ``connections`` counts how often somebody connected."""

    class Server:
        connections = 0

        def __init__(self):
            self.answers = []

        def serve(self):
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                self.connections += 1
                with connection:
                    while self.answers and connection.recv(65536):
                        answer = self.answers.pop(0)
                        if answer is None:
                            break
                        connection.sendall(answer)
                        if not answer.endswith(b"hello"):
                            break

    with socket.create_server(("127.0.0.1", 0)) as listener:
        made = Server()
        made.place = Place("127.0.0.1", listener.getsockname()[1], None, (5, 5))
        thread = threading.Thread(target=made.serve, daemon=True)
        thread.start()
        yield made


def read(wire):
    status, headers = wire.get(b"GET / HTTP/1.1\r\n\r\n")
    return status, headers, b"".join(wire.body())


def test_many_answers_come_over_one_connection(server):
    server.answers += [GOOD, GOOD, GOOD]
    wire = Wire(server.place)
    for _ in range(3):
        assert read(wire) == (200, {"content-length": "5", "x-two": "a, b"}, b"hello")
    wire.close()
    assert server.connections == 1


def test_a_connection_that_the_server_closed_meanwhile_is_made_anew(server):
    server.answers += [GOOD, None, GOOD]
    wire = Wire(server.place)
    assert read(wire)[2] == b"hello"
    assert read(wire)[2] == b"hello"
    wire.close()
    assert server.connections == 2


def test_a_body_that_is_cut_ends_early_and_the_next_request_starts_afresh(server):
    server.answers += [b"HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\nhalf", GOOD]
    wire = Wire(server.place)
    assert read(wire)[2] == b"half"
    assert read(wire)[2] == b"hello"
    wire.close()


def test_a_body_that_nobody_read_is_never_taken_for_the_next_answer(server):
    server.answers += [GOOD, GOOD]
    wire = Wire(server.place)
    wire.get(b"GET / HTTP/1.1\r\n\r\n")
    assert read(wire)[2] == b"hello"
    wire.close()
    assert server.connections == 2


@pytest.mark.parametrize(
    "answer",
    [
        b"SSH-2.0-OpenSSH_9.6\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n\r\nno length",
        b"HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: 5, 7\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\ncontent-length: 5\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\ncontent-length: " + b"9" * 5000 + b"\r\n\r\n",
        b"HTTP/1.1 " + b"2" * 5000 + b" OK\r\ncontent-length: 5\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\ncontent-length: 5\r\n\r\n",
        b"HTTP/1.1 100 Continue\r\ncontent-length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"x: y\r\n" * 300 + b"\r\n",
        b"HTTP/1.1 200 OK\r\nx: " + b"y" * 70_000 + b"\r\n\r\n",
    ],
)
def test_what_is_not_an_objects_answer_is_left_to_boto3(server, answer):
    server.answers.append(answer)
    with pytest.raises((Unusual, OSError)):
        Wire(server.place).get(b"GET / HTTP/1.1\r\n\r\n")


def test_a_server_that_is_not_there_is_an_oserror():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(OSError):
        Wire(Place("127.0.0.1", port, None, (1, 1))).get(b"GET / HTTP/1.1\r\n\r\n")
