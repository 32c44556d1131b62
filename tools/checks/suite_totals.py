"""Adds up the results of the test runners in one `make test`.

`suite_totals.py LOG` prints the summaries of the runners by suite, the failed tests, and the total. It
fails if a suite has a failed test, ran no test, or did not start. A suite starts at the heading that the Makefile prints for it.
"""

import re
import sys
from collections import Counter
from pathlib import Path

SUITES = ('repository checks', 'Rust', 'API', 'page units', 'page in a browser', 'infrastructure', 'deployment')
HEADING = re.compile(r'^==> (tests: )?(.*?)\s*$')
COLOUR = re.compile(r'\x1b\[[0-9;?]*[A-Za-z]')

CARGO = re.compile(r'^test result: \w+\. (\d+) passed; (\d+) failed; (\d+) ignored;')
VITEST = re.compile(r'^\s*Tests\s+((?:\d+ (?:passed|failed|skipped|todo|expected fail)(?: \| )?)+) \(\d+\)$')
PLAYWRIGHT = re.compile(r'^\s*(\d+) (passed|failed|skipped|flaky|interrupted|did not run)(?: \([\d.]+(?:ms|s|m|h)\))?$')
NODE = re.compile(r'^[#ℹ] (pass|fail|cancelled|skipped|todo) (\d+)$')
SCHEMATHESIS = re.compile(r'^\s*(\d+) generated, (?:\d+ passed|\d+ found (\d+) unique failures?)(?:, .*)?$')
UNITTEST_RAN = re.compile(r'^Ran (\d+) tests? in [\d.]+s$')
# A failed test in the output of cargo, Vitest and unittest. Vitest prints the reason in the next line.
FAILED = re.compile(r'^(?:test (?P<cargo>\S.*) \.\.\. FAILED|\s*FAIL\s+(?P<vitest>\S.*)|(?:FAIL|ERROR): (?P<unittest>.*))$')
# A test that cargo did not run, with the reason.
IGNORED = re.compile(r'^test (\S+)\s+\.\.\. ignored(?:, (.*))?$')
UNITTEST_END = re.compile(r'^(?:OK|FAILED)(?: \((.*)\))?$')

RESULTS = {
    'pass': 'passed', 'passed': 'passed', 'flaky': 'passed',
    'fail': 'failed', 'failed': 'failed', 'cancelled': 'failed', 'interrupted': 'failed', 'did not run': 'failed',
    'failures': 'failed', 'errors': 'failed', 'unexpected successes': 'failed', 'expected fail': 'passed',
    'ignored': 'skipped', 'skipped': 'skipped', 'todo': 'skipped',
}


def count(line):
    """The passed, failed and skipped tests in one line of a runner, or None if the line is not a summary."""
    if match := CARGO.match(line):
        passed, failed, ignored = map(int, match.groups())
        return Counter(passed=passed, failed=failed, skipped=ignored)
    if match := VITEST.match(line):
        return summed((word, number) for number, word in re.findall(r'(\d+) ([a-z ]*[a-z])', match[1]))
    if match := PLAYWRIGHT.match(line):
        return summed([(match[2], match[1])])
    if match := NODE.match(line):
        return summed([match.groups()])
    if match := SCHEMATHESIS.match(line):
        return Counter(passed=int(match[1]) - int(match[2] or 0), failed=int(match[2] or 0))
    if match := UNITTEST_RAN.match(line):
        return Counter(passed=int(match[1]))
    if match := UNITTEST_END.match(line):
        # "Ran N tests" includes failed and skipped tests, so they are subtracted from the passed ones.
        others = summed((word, number) for word, number in re.findall(r'([a-z][a-z ]*)=(\d+)', match[1] or '') if word in RESULTS)
        return Counter({**others, 'passed': -others.total()})
    return None


def summed(pairs):
    sums = Counter()
    for word, number in pairs:
        sums[RESULTS[word]] += int(number)
    return sums


def read(log):
    """The counts, the summary lines with the ignored tests, and the failed tests of every suite that started, by suite."""
    suites, suite = {}, None
    lines = COLOUR.sub('', log).splitlines()
    for line, following in zip(lines, [*lines[1:], '']):
        if heading := HEADING.match(line):
            suite = suites.setdefault(heading[2], (Counter(), [], [])) if heading[1] else None
        elif suite and (counts := count(line)) is not None:
            suite[0].update(counts)
            suite[1].append(line.strip())
        elif suite and (ignored := IGNORED.match(line)):
            suite[1].append(f'ignored: {ignored[1]}: {ignored[2] or "without a reason"}')
        elif suite and (failed := FAILED.match(line)):
            suite[2].append(f'{failed["vitest"]}: {following.strip()}' if failed['vitest'] else failed[failed.lastgroup].rstrip())
    return suites


def report(log, expected=SUITES):
    """The lines to print, and whether every suite succeeded."""
    suites, lines, problems, total = read(log), [], [], Counter()
    for suite, (counts, summaries, failed) in suites.items():
        lines += ['', f'{suite}:', *(f'  {line}' for line in summaries)]
        total.update(counts)
        if counts['failed']:
            problems += [f'{suite}: {counts["failed"]} failed', *(f'  {test}' for test in failed)]
    problems += [f'{suite}: did not start' for suite in expected if suite not in suites]
    problems += [f'{suite}: no test ran' for suite, (counts, *_) in suites.items() if not counts['passed'] + counts['failed']]
    end = f'total: {total["passed"]} passed, {total["failed"]} failed'
    if total['skipped']:
        end += f', {total["skipped"]} skipped'
    return [*lines, '', *problems, end], not problems


def main(arguments):
    lines, succeeded = report(Path(arguments[0]).read_text(encoding='utf-8', errors='replace'))
    print('\n'.join(lines))
    return 0 if succeeded else 1


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
