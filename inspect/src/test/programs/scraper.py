"""Keeps every connection in a list after the end of stream, and sleeps. scraper.py PORT"""

import socket
import sys
import time

connections = []


def scrape(port):
    connection = socket.create_connection(("127.0.0.1", port))
    connection.sendall(b"page\n")
    while connection.recv(4096):
        pass
    connections.append(connection)


def main():
    scrape(int(sys.argv[1]))
    print("ready", flush=True)
    time.sleep(100_000)


main()
