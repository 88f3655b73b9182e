"""python3 tests/peer52: a pretended host of 5.2, to be used by hand. See README.md."""

import argparse
import signal

import forms
from book import Tool
from node import Node


def arguments():
    parser = argparse.ArgumentParser(prog="peer52", description="Pretends to be a host with pScheduler 5.2.")
    parser.add_argument("--listen", default="127.0.0.1", metavar="ADDRESS")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--tool", nargs=4, action="append", default=[], metavar=("NAME", "TEST", "CLASS", "SECONDS"),
                        help="a tool it pretends to have, for a test of that scheduling class; may be repeated")
    return parser.parse_args()


def main():
    options = arguments()
    tools = [Tool(name, test, scheduling_class=scheduling_class, duration=forms.seconds(int(length)), takes=int(length))
             for name, test, scheduling_class, length in options.tool]
    node = Node(options.listen, options.port, tools, local={options.listen},
                told=lambda exchange: print(exchange, flush=True)).start()
    print(node.url, flush=True)
    try:
        signal.pause()
    except KeyboardInterrupt:
        node.close()


if __name__ == "__main__":
    main()
