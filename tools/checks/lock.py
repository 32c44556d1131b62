"""Checks that package-lock.json works on every machine: it contains no host, and the packages of every platform.

npm omits a platform's package from the lock if the current registry does not have it, and `npm ci` then refuses
the lock on every platform. `lock.py --complete` adds such packages by version, without a checksum; the next
`npm install` sorts them. Without the option the lock is only checked.
"""

import json
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SYSTEMS = ('aix', 'android', 'darwin', 'freebsd', 'linux', 'netbsd', 'openbsd', 'openharmony', 'sunos', 'win32')
PROCESSORS = ('arm64', 'arm', 'ia32', 'loong64', 'mips64el', 'ppc64', 'riscv64', 's390x', 'wasm32', 'x64')


def resolve(packages, parent, name):
    """The path at which Node finds `name` from the package at path `parent`, or None."""
    while True:
        candidate = f'{parent}/node_modules/{name}' if parent else f'node_modules/{name}'
        if candidate in packages:
            return candidate
        if not parent:
            return None
        parent = parent.rpartition('node_modules/')[0].rstrip('/')


def missing(lock):
    """(parent path, name, version) of every optional dependency that the lock does not contain."""
    packages = lock['packages']
    return [
        (path, name, version)
        for path, package in sorted(packages.items())
        for name, version in sorted(package.get('optionalDependencies', {}).items())
        if not resolve(packages, path, name)
    ]


def platform(name):
    """The fields `os`, `cpu` and `libc` of a platform's package, from its name."""
    words = re.split(r'[^a-z0-9]+', name.rpartition('/')[2])
    fields = {
        'os': [system for system in SYSTEMS if system in words],
        'cpu': [processor for processor in PROCESSORS if processor in words],
        'libc': ['musl'] if 'musl' in words else ['glibc'] if 'gnu' in words and 'linux' in words else [],
    }
    return {key: value for key, value in fields.items() if value}


def complete(lock):
    """Adds each missing package next to the package that depends on it. Returns the added names and versions."""
    packages = lock['packages']
    added = []
    for path, name, version in missing(lock):
        fields = platform(name)
        if not re.fullmatch(r'\d+\.\d+\.\d+[\w.+-]*', version) or not fields:
            raise SystemExit(f'{name}@{version}, a dependency of {path}: no exact version, or no platform in its name. '
                             'Install it from a registry that has it.')
        folder = path.rpartition('node_modules/')[0]
        entry = {'version': version, 'optional': True, **fields}
        entry.update({key: True for key in ('dev', 'devOptional') if packages[path].get(key)})
        packages[f'{folder}node_modules/{name}'] = entry
        added.append(f'{name}@{version}')
    return added


def problems(lock):
    """The reasons why `npm ci` would fail with this lock on some machine."""
    findings = [
        f'package-lock.json: {path} contains the host of its registry. Run `make lock`, which uses .npmrc'
        for path, package in lock['packages'].items()
        if '://' in str(package.get('resolved', ''))
    ]
    for path, name, version in missing(lock):
        findings.append(f'package-lock.json: {name}@{version}, a dependency of {path}, is missing. Run `make lock`')
    return findings


def main(arguments):
    path = ROOT / 'package-lock.json'
    lock = json.loads(path.read_text(encoding='utf-8'))
    if arguments == ['--complete']:
        added = complete(lock)
        if added:
            path.write_text(json.dumps(lock, indent=2, ensure_ascii=False) + '\n', encoding='utf-8')
        print(f'package-lock.json: {len(added)} packages of other platforms added')
    findings = problems(lock)
    print('\n'.join(findings) or 'lock: installs on every platform, from any registry')
    return 1 if findings else 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
