"""Reports known vulnerabilities in npm packages. High and critical ones fail the check in packages of the page; in tools they do not.

The check needs the registry. Without an audit service or a network, it prints SKIPPED and the reason: npm in offline
mode would report no vulnerabilities.
"""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FAILING = ('high', 'critical')


def run_audit(*options):
    """Runs `npm audit`. Returns (report, None), or (None, reason) if npm has no report."""
    command = ['npm', 'audit', '--json', '--no-offline', '--fetch-retries=0', '--fetch-timeout=30000', *options]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    return parse(result.stdout, result.stderr)


def parse(output, errors):
    try:
        report = json.loads(output)
    except ValueError:
        return None, errors.strip().splitlines()[-1] if errors.strip() else 'npm printed nothing'
    if 'vulnerabilities' in report:
        return report, None
    return None, report.get('message') or report.get('error', {}).get('summary') or 'npm gave no reason'


def vulnerabilities(report):
    """One line for each package with a high or critical vulnerability."""
    findings = []
    for name, one in sorted(report['vulnerabilities'].items()):
        if one['severity'] in FAILING:
            # A text is the name of the dependency that has the vulnerability.
            titles = [via if isinstance(via, str) else f'{via["title"]} ({via["url"]})' for via in one['via']]
            findings.append(f'{name} {one["range"] or "*"}: {one["severity"]}: {"; ".join(titles)}')
    return findings


def main():
    report, reason = run_audit('--omit=dev')
    full_report, full_reason = run_audit() if report else (None, reason)
    if full_report is None:
        print(f'audit: SKIPPED, npm returned no report: {reason or full_reason}')
        return 0
    page = vulnerabilities(report)
    tools = [line for line in vulnerabilities(full_report) if line not in page]
    for where, lines in (('the page', page), ('a tool', tools)):
        for line in lines:
            print(f'in {where}: {line}')
    print(f'audit: {len(page)} packages of the page and {len(tools)} tools have a high or critical vulnerability')
    return 1 if page else 0


if __name__ == '__main__':
    sys.exit(main())
