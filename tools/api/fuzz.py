"""Has a machine make up requests from the OpenAPI document, and hold every answer against it.

`fuzz.py GOODY --requests 100000 --round 120 --seconds 3600` starts the binary GOODY on a free port of the loopback with a new database of
demo orders, and has Schemathesis ask it in several processes, for two minutes each time, until the server has counted that
many requests. It fails when

- an answer was a 5xx, undocumented or of another shape than the document says, or took ten seconds;
- that many requests were not answered within the hour;
- the server is not healthy afterwards, or does not stop when it is asked to;
- the reports differ from what the orders say.
"""

import argparse
import json
import re
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import Counter
from pathlib import Path

HERE = Path(__file__).resolve().parent
COUNTED = re.compile(r'^goody_http_requests_total\{(.*)\} (\d+)$', re.M)
STATUS = re.compile(r'status="(\d+)"')
LISTENS = 'Goody is listening on '


class Server:
    """The binary, serving a database of demo orders that requires a token."""

    def __init__(self, goody, folder):
        self.goody, self.database, tokens = goody, folder / 'goody.db', folder / 'tokens'
        self.run('backfill', '--days', '8')
        made = subprocess.run(
            [goody, 'token', 'new', 'fuzz', '--scope', 'admin', '--file', tokens, '--json'], check=True, capture_output=True
        )
        self.token = json.loads(made.stdout)['token']
        self.log = (folder / 'server.log').open('w+')
        serve = [goody, 'serve', '--addr', '127.0.0.1:0', '--database', self.database, '--web', folder, '--log', 'warn']
        serve += ['--tokens', tokens, '--rate-limit', '0']
        self.process = subprocess.Popen(serve, stdout=subprocess.PIPE, stderr=self.log, text=True)
        line = self.process.stdout.readline().strip()
        if not line.startswith(LISTENS):
            raise SystemExit(f'the server did not start: {line}')
        self.address = line.removeprefix(LISTENS)

    def run(self, command, *more):
        return subprocess.run([self.goody, command, '--database', self.database, *more], check=True, capture_output=True)

    def get(self, path):
        request = urllib.request.Request(self.address + path, headers={'Authorization': f'Bearer {self.token}'})
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.read().decode()

    def answered(self):
        """Status -> how many answers had it, as the server counts them."""
        counts = Counter()
        for labels, number in COUNTED.findall(self.get('/metrics')):
            counts[STATUS.search(labels)[1]] += int(number)
        return counts

    def stop(self):
        """Asks it to stop; whether it did so well and soon."""
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(timeout=60) == 0
        except subprocess.TimeoutExpired:
            self.process.kill()
            return False


def ask(server, seconds, processes, seed):
    """One round of requests. What Schemathesis says, process by process, as (whether all was well, its words)."""
    command = [Path(sys.executable).with_name('schemathesis'), '--config-file', HERE / 'schemathesis.toml', 'run', '--no-color']
    # Processes and not threads ask at the same time: Python before 3.11.5 cannot parse in two threads at once (its issue 106905),
    # which Schemathesis has it do.
    command += ['--header', f'Authorization: Bearer {server.token}', '--workers', '1', '--max-time', str(seconds)]
    running = [
        subprocess.Popen(
            [*command, '--seed', str(seed + number), f'{server.address}/api/openapi.json'],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=HERE,
        )
        for number in range(processes)
    ]
    return [(process.communicate()[0], process.returncode == 0) for process in running]


def problems_afterwards(server):
    """What is wrong with a server that was asked so much."""
    problems = []
    for _ in range(30):
        health = json.loads(server.get('/health'))
        if health['status'] == 'healthy':
            break
        time.sleep(1)
    else:
        problems.append(f'not healthy: {health["issues"]}')
    if not server.stop():
        problems.append('did not stop within a minute')
    try:
        rebuilt = json.loads(server.run('rebuild', '--json').stdout)
        print(f'rebuild: {rebuilt["buckets"]} buckets, {rebuilt["differences"]} differences')
    except subprocess.CalledProcessError as error:
        problems.append(f'the reports are not what the orders say: {error.stdout.decode()}')
    return problems


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument('goody', type=Path)
    arguments.add_argument('--requests', type=int, required=True)
    arguments.add_argument('--round', type=int, required=True, help='seconds until a round ends, its findings are printed, and new requests are generated')
    arguments.add_argument('--seconds', type=int, required=True, help='how long it may take until there were as many')
    arguments.add_argument('--processes', type=int, default=4)
    arguments.add_argument('--seed', type=int, default=1)
    options = arguments.parse_args()
    problems = []
    with tempfile.TemporaryDirectory() as folder:
        server = Server(options.goody.resolve(), Path(folder))
        try:
            before, began, seed = server.answered(), time.monotonic(), options.seed
            while True:
                for words, well in ask(server, options.round, options.processes, seed):
                    print(words)
                    problems += [] if well else ['Schemathesis found something: see above']
                seed += options.processes
                answered = server.answered() - before
                seconds = time.monotonic() - began
                if problems or answered.total() >= options.requests or seconds >= options.seconds:
                    break
            statuses = ', '.join(f'{number} × {status}' for status, number in sorted(answered.items()))
            print(f'{answered.total()} requests in {seconds:.0f} s ({answered.total() / seconds:.0f}/s): {statuses}')
            if answered.total() < options.requests:
                problems.append(f'fewer than {options.requests} requests were answered')
            problems += [f'{number} answers were {status}' for status, number in answered.items() if status >= '500']
            problems += problems_afterwards(server)
        finally:
            if server.process.poll() is None:
                server.process.kill()
        if problems:
            server.log.seek(0)
            print(server.log.read()[-10_000:])
    print('\n'.join(problems) or 'the API answers as its document says')
    return 1 if problems else 0


if __name__ == '__main__':
    sys.exit(main())
