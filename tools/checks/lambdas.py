"""What is zipped for Lambda runs there: small enough to start at once, and made for the C library of Amazon Linux 2023."""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DIST = ROOT / 'dist/packages/backend/lambda'
LARGEST = 6_000_000
# The C library of `provided.al2023`.
NEWEST = (2, 34)


def newest_glibc(program):
    """The newest version of the GNU C library that a program names, or None for one that needs none."""
    named = re.findall(rb'\bGLIBC_(\d+)\.(\d+)', program)
    return max(((int(major), int(minor)) for major, minor in named), default=None)


def problems(name, program, zipped_size):
    """What keeps a function from running on Lambda as it should."""
    findings = []
    needed = newest_glibc(program)
    if needed and needed > NEWEST:
        findings.append(f'{name} needs GLIBC {needed[0]}.{needed[1]}, and Lambda has {NEWEST[0]}.{NEWEST[1]}. Build it on an older '
                    'system, such as Debian 12 or Amazon Linux 2023, or with `cargo lambda build`')
    if zipped_size > LARGEST:
        findings.append(f'{name} has {zipped_size:,} bytes zipped, and {LARGEST:,} is the most. See what was added to Cargo.lock')
    return findings


def main():
    folders = sorted(folder for folder in DIST.iterdir() if folder.is_dir()) if DIST.is_dir() else []
    if not folders:
        print(f'{DIST.relative_to(ROOT)} is empty: npx nx build backend')
        return 1
    findings = []
    for folder in folders:
        program, size = (folder / 'bootstrap').read_bytes(), (folder / 'bootstrap.zip').stat().st_size
        findings += problems(folder.name, program, size)
        needed = newest_glibc(program)
        needs = 'GLIBC {}.{}'.format(*needed) if needed else 'no GLIBC'
        print(f'{folder.name:<16} {len(program) / 1e6:5.1f} MB, zipped {size / 1e6:4.1f} MB, needs {needs}')
    print('\n'.join(findings) or f'lambdas: {len(folders)} functions fit')
    return 1 if findings else 0


if __name__ == '__main__':
    sys.exit(main())
