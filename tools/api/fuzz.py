"""Sends generated requests to the API, and compares every response with the OpenAPI document.

`fuzz.py GOODY --requests 100000 --round 120 --seconds 3600` starts the program GOODY on a free port of the loopback interface, with a
new database of demo orders. Several processes of Schemathesis send requests in rounds of two minutes, until the server has counted
100,000 requests. The program fails if

- a response is a 5xx, differs from the document, or takes ten seconds;
- the server answers fewer requests within the hour;
- the server is not healthy afterwards, or does not stop on SIGTERM;
- a rebuild of the counters from the orders finds differences.
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
    """The program `goody` with a database of demo orders. It requires a token."""

    def __init__(self, goody, folder):
        self.goody, self.database, tokens = goody, folder / 'goody.db', folder / 'tokens'
        self.run('backfill', '--days', '8')
        created = subprocess.run(
            [goody, 'token', 'new', 'fuzz', '--scope', 'admin', '--file', tokens, '--json'], check=True, capture_output=True
        )
        self.token = json.loads(created.stdout)['token']
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

    def response_counts(self):
        """The number of responses by status, from the server's metrics."""
        counts = Counter()
        for labels, number in COUNTED.findall(self.get('/metrics')):
            counts[STATUS.search(labels)[1]] += int(number)
        return counts

    def stop(self):
        """Stops the server. Returns whether it exited without an error within a minute."""
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(timeout=60) == 0
        except subprocess.TimeoutExpired:
            self.process.kill()
            return False


def run_round(server, seconds, processes, seed):
    """Runs one round of requests. Returns (output, whether it succeeded) of each Schemathesis process."""
    command = [Path(sys.executable).with_name('schemathesis'), '--config-file', HERE / 'schemathesis.toml', 'run', '--no-color']
    # Processes instead of threads, because Schemathesis parses Python in its threads, and Python before 3.11.5 cannot do that in two
    # threads at once (CPython issue 106905).
    command += ['--header', f'Authorization: Bearer {server.token}', '--workers', '1', '--max-time', str(seconds)]
    running = [
        subprocess.Popen(
            [*command, '--seed', str(seed + number), f'{server.address}/api/openapi.json'],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=HERE,
        )
        for number in range(processes)
    ]
    return [(process.communicate()[0], process.returncode == 0) for process in running]


def final_problems(server):
    """Stops the server, and returns the problems: not healthy, not stopped, or counters that differ from the orders."""
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
        problems.append(f'the rebuild found differences: {error.stdout.decode()}')
    return problems


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument('goody', type=Path)
    arguments.add_argument('--requests', type=int, required=True)
    arguments.add_argument('--round', type=int, required=True, help='seconds per round; its findings are printed at its end')
    arguments.add_argument('--seconds', type=int, required=True, help='maximum seconds until the server has answered that many requests')
    arguments.add_argument('--processes', type=int, default=4)
    arguments.add_argument('--seed', type=int, default=1)
    options = arguments.parse_args()
    problems = []
    with tempfile.TemporaryDirectory() as folder:
        server = Server(options.goody.resolve(), Path(folder))
        try:
            before, start, seed = server.response_counts(), time.monotonic(), options.seed
            while True:
                for output, succeeded in run_round(server, options.round, options.processes, seed):
                    print(output)
                    problems += [] if succeeded else ['Schemathesis found a problem: see its output above']
                seed += options.processes
                answered = server.response_counts() - before
                seconds = time.monotonic() - start
                if problems or answered.total() >= options.requests or seconds >= options.seconds:
                    break
            statuses = ', '.join(f'{number} × {status}' for status, number in sorted(answered.items()))
            print(f'{answered.total()} requests in {seconds:.0f} s ({answered.total() / seconds:.0f}/s): {statuses}')
            if answered.total() < options.requests:
                problems.append(f'fewer than {options.requests} requests were answered')
            problems += [f'{number} responses had the status {status}' for status, number in answered.items() if status >= '500']
            problems += final_problems(server)
        finally:
            if server.process.poll() is None:
                server.process.kill()
        if problems:
            server.log.seek(0)
            print(server.log.read()[-10_000:])
    print('\n'.join(problems) or 'every response of the API matches its document')
    return 1 if problems else 0


if __name__ == '__main__':
    sys.exit(main())
