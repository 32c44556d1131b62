"""Known vulnerabilities in npm packages. High and critical ones fail the check in the page; in tools they are only reported.

The check needs the registry. Without an audit service, or without a network, it prints SKIPPED and the reason: npm in offline
mode would report no vulnerabilities.
"""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BAD = ('high', 'critical')


def asked(*which):
    """What npm says, and why it says nothing."""
    command = ['npm', 'audit', '--json', '--no-offline', '--fetch-retries=0', '--fetch-timeout=30000', *which]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    return read(ran.stdout, ran.stderr)


def read(output, complaint):
    try:
        report = json.loads(output)
    except ValueError:
        return None, complaint.strip().splitlines()[-1] if complaint.strip() else 'npm said nothing'
    if 'vulnerabilities' in report:
        return report, None
    return None, report.get('message') or report.get('error', {}).get('summary') or 'npm gave no reason'


def found(report):
    """One line for each package with a hole that is high or critical."""
    findings = []
    for name, one in sorted(report['vulnerabilities'].items()):
        if one['severity'] in BAD:
            # A name stands for another package that brings the hole.
            titles = [via if isinstance(via, str) else f'{via["title"]} ({via["url"]})' for via in one['via']]
            findings.append(f'{name} {one["range"] or "*"}: {one["severity"]}: {"; ".join(titles)}')
    return findings


def main():
    report, reason = asked('--omit=dev')
    everything, reason_too = asked() if report else (None, reason)
    if everything is None:
        print(f'audit: SKIPPED, the registry reported nothing: {reason or reason_too}')
        return 0
    shipped = found(report)
    tools = [line for line in found(everything) if line not in shipped]
    for where, lines in (('the page', shipped), ('a tool', tools)):
        for line in lines:
            print(f'in {where}: {line}')
    print(f'audit: {len(shipped)} packages of the page and {len(tools)} tools with a hole that is high or critical')
    return 1 if shipped else 0


if __name__ == '__main__':
    sys.exit(main())
