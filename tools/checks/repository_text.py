"""Checks that no file of the repository contains paths of one machine, package registries or third-party data.

It reads every file that git tracks or would add. The patterns are written so that they do not match themselves.
"""

import re
import subprocess
import sys
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).resolve().parents[2]

RULES = (
    (
        re.compile(r'(?:file://|(?<![\w.})*/-]))/(?:work|root|home|Users)/[\w.]'),
        'contains a path of one machine. Write it relative to the repository',
    ),
    (
        re.compile(
            r'registry\.(?:npmjs|yarnpkg|npmmirror)\.|npm\.pkg\.github\.|\b(?:static|index)\.crates\.io|files\.pythonhosted\.'
            r'|pypi\.org/simple|"resolved":\s*"https?:|\bregistry\s*=\s*"?\s*(?:sparse\+)?https?:'
            r'|(?:registry|sparse)\+https?://(?!github\.com/rust-lang/crates\.io-index")',
            re.I,
        ),
        'contains a package registry. The machine configures the registry (`make lock` writes a lock without one)',
    ),
)
DATA = {'.csv', '.db', '.ndjson', '.parquet', '.sqlite', '.sqlite3', '.tsv'}


def problems(path, text):
    findings = []
    if PurePosixPath(path).suffix in DATA and 'fixtures' not in PurePosixPath(path).parts:
        findings.append(f'{path}: is a data file. Move own data to a folder called fixtures, and remove third-party data')
    for number, line in enumerate(text.splitlines(), 1):
        findings += [f'{path}:{number}: {advice}' for pattern, advice in RULES if pattern.search(line)]
    return findings


def main():
    command = ['git', 'ls-files', '-z', '--cached', '--others', '--exclude-standard']
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.split('\0')
    files = [name for name in sorted(set(listed)) if name and (ROOT / name).is_file()]
    findings = [line for name in files for line in problems(name, (ROOT / name).read_text(encoding='utf-8', errors='replace'))]
    print('\n'.join(findings) or f'repository text: {len(files)} files without paths of a machine, registries and third-party data')
    return 1 if findings else 0


if __name__ == '__main__':
    sys.exit(main())
