"""Checks that the zipped functions run on Lambda: within the size limit, and built for the C library of Amazon Linux 2023."""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DIST = ROOT / 'dist/packages/backend/lambda'
MAX_ZIP_BYTES = 6_000_000
# The version of the GNU C library in `provided.al2023`.
LAMBDA_GLIBC = (2, 34)


def newest_glibc(program):
    """The newest version of the GNU C library that a program needs, or None for a static program."""
    versions = re.findall(rb'\bGLIBC_(\d+)\.(\d+)', program)
    return max(((int(major), int(minor)) for major, minor in versions), default=None)


def problems(name, program, zipped_size):
    """The reasons why a function would not run on Lambda."""
    findings = []
    needed = newest_glibc(program)
    if needed and needed > LAMBDA_GLIBC:
        findings.append(f'{name} needs GLIBC {needed[0]}.{needed[1]}, and Lambda has {LAMBDA_GLIBC[0]}.{LAMBDA_GLIBC[1]}. Build it on an older '
                    'system, such as Debian 12 or Amazon Linux 2023, or with `cargo lambda build`')
    if zipped_size > MAX_ZIP_BYTES:
        findings.append(f'{name} has {zipped_size:,} bytes zipped, and the limit is {MAX_ZIP_BYTES:,}. Look for new dependencies in Cargo.lock')
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
    print('\n'.join(findings) or f'lambdas: {len(folders)} functions can run on Lambda')
    return 1 if findings else 0


if __name__ == '__main__':
    sys.exit(main())
