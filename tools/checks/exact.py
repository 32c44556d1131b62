"""Checks that installations are reproducible: exact versions in package.json, checksums for Python packages, `--locked` for Cargo."""

import json
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
EXACT = re.compile(r'\d+\.\d+\.\d+(?:[-+][\w.+-]+)?')
# Commands that update Cargo.lock unless they have --locked.
CARGO = re.compile(r'\bcargo (?:bench|build|check|clippy|doc|install|metadata|run|test|tree)\b[^\n]*')


def manifest_problems(path, manifest):
    return [
        f'{path}: {name} is {version}, which is not an exact version. Write the version in package-lock.json'
        for group in ('dependencies', 'devDependencies', 'optionalDependencies')
        for name, version in manifest.get(group, {}).items()
        if not EXACT.fullmatch(version)
    ]


def requirement_problems(path, text):
    findings = []
    for line in re.sub(r'\\\n\s*', '', re.sub(r'^\s*#.*\n', '', text, flags=re.M)).splitlines():
        if line.strip() and not re.fullmatch(r'[\w.-]+==[\w.]+(?: ;[^#]*?)?(?:\s*--hash=sha256:[0-9a-f]{64})+', line.strip()):
            findings.append(f'{path}: {line.split()[0]} has no exact version or no checksum. See the first lines of the file')
    return findings


def cargo_problems(path, text):
    """The Cargo commands without --locked in a file with shell commands."""
    return [
        f'{path}: `{command.strip()}` may change Cargo.lock. Add --locked'
        for command in CARGO.findall(text)
        if '--locked' not in command
    ]


def main():
    listed = subprocess.run(['git', 'ls-files', '-z'], cwd=ROOT, check=True, capture_output=True, text=True).stdout.split('\0')
    findings, read = [], 0
    for name in filter(None, listed):
        path, file = ROOT / name, name.rpartition('/')[2]
        if file not in ('Makefile', 'package.json', 'project.json', 'requirements.txt') or not path.is_file():
            continue
        read += 1
        text = path.read_text(encoding='utf-8')
        if file == 'package.json':
            findings += manifest_problems(name, json.loads(text))
        if file == 'requirements.txt':
            findings += requirement_problems(name, text)
        else:
            findings += cargo_problems(name, text)
    print('\n'.join(findings) or f'exact: {read} files have exact versions, and no command changes a lock')
    return 1 if findings else 0


if __name__ == '__main__':
    sys.exit(main())
