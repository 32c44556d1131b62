"""Lists the licences of all packages in Cargo.lock and package-lock.json in docs/LICENCES.md, one line each.

`licences.py --write` writes the document. Without the option it fails if the document differs from the lock files, or if a licence is
not allowed. `deny.toml` has the list of allowed licences, and ALSO_ALLOWED has further ones for npm packages.
"""

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = ROOT / 'docs/LICENCES.md'
PROGRAMS = ('goody', 'goody-lambdas')

# Licences that no crate has, so `deny.toml` does not list them. Page: public domain. Tools: they run unchanged and are not distributed.
ALSO_ALLOWED = {
    'page': {'Unlicense'},
    'tools': {'0BSD', 'BSD-2-Clause', 'BlueOak-1.0.0', 'MPL-2.0', 'Python-2.0', 'Unlicense'},
}

TITLES = {
    'programs': 'Crates in the programs',
    'page': 'Packages in the page',
    'tools': 'Crates and packages that only build and test',
}
HEAD = """# Licences

The third-party packages of this project and their licences. `make licences` writes this file from Cargo.lock and
package-lock.json; `make check` fails if it is out of date, or if a licence is not on the list in `deny.toml`. It includes the
packages of every platform, also of platforms without a build.
"""


def is_allowed(expression, allowed):
    """Whether an SPDX expression can be satisfied by allowed licences only. Old crates write `/` for `OR`."""
    words = re.findall(r'[()]|[^\s()]+(?:\s+WITH\s+[^\s()]+)?', expression.replace('/', ' OR '))

    def disjunction():
        allowed_here = conjunction()
        while words[:1] == ['OR']:
            words.pop(0)
            allowed_here = conjunction() or allowed_here
        return allowed_here

    def conjunction():
        allowed_here = operand()
        while words[:1] == ['AND']:
            words.pop(0)
            allowed_here = operand() and allowed_here
        return allowed_here

    def operand():
        word = words.pop(0)
        if word != '(':
            return word in allowed
        allowed_here = disjunction()
        words.pop(0)
        return allowed_here

    return bool(words) and disjunction() and not words


def crates(metadata):
    """(part, name, version, licence) of every third-party crate. `metadata` is the output of `cargo metadata`."""
    packages = {package['id']: package for package in metadata['packages']}
    needs = {
        node['id']: [dep['pkg'] for dep in node['deps'] if any(kind['kind'] is None for kind in dep['dep_kinds'])]
        for node in metadata['resolve']['nodes']
    }
    workspace = set(metadata['workspace_members'])
    waiting, linked = [id for id in workspace if packages[id]['name'] in PROGRAMS], set()
    while waiting:
        if (id := waiting.pop()) not in linked:
            linked.add(id)
            waiting += needs[id]
    return [
        ('programs' if id in linked else 'tools', package['name'], package['version'], package['license'])
        for id, package in packages.items()
        if id not in workspace
    ]


def npm_packages(lock):
    """(part, name, version, licence) of every package in package-lock.json."""
    packages = lock['packages']
    # The lock has no licence for a package of another platform. It has the licence of the package that depends on it.
    dependents = {name: package for package in packages.values() for name in package.get('optionalDependencies', {})}
    found = []
    for path, package in packages.items():
        if 'node_modules/' not in path or package.get('link'):
            continue
        name = path.rpartition('node_modules/')[2]
        licence = package.get('license') or dependents.get(name, {}).get('license')
        found.append(('tools' if package.get('dev') else 'page', name, package['version'], licence))
    return found


def problems(packages, allowed):
    return [
        f'{name} {version}: {licence or "no licence"}. It is not allowed ({TITLES[part].lower()}): read the licence, '
        'then allow it in deny.toml, or use another package'
        for part, name, version, licence in packages
        if not is_allowed(licence or '', allowed | ALSO_ALLOWED.get(part, set()))
    ]


def document(packages):
    lines = [HEAD]
    for part, title in TITLES.items():
        rows = sorted({(name, version, licence) for other, name, version, licence in packages if other == part})
        lines += [f'\n## {title}\n\n| {len(rows)} | version | licence |\n|---|---|---|\n']
        lines += [f'| {name} | {version} | {licence} |\n' for name, version, licence in rows]
    return ''.join(lines)


def main(arguments):
    command = ['cargo', 'metadata', '--locked', '--format-version', '1']
    metadata = json.loads(subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout)
    lock = json.loads((ROOT / 'package-lock.json').read_text(encoding='utf-8'))
    packages = crates(metadata) + npm_packages(lock)
    expected = document(packages)
    if arguments == ['--write']:
        DOCUMENT.write_text(expected, encoding='utf-8')
    allowed = set(tomllib.loads((ROOT / 'deny.toml').read_text(encoding='utf-8'))['licenses']['allow'])
    findings = problems(packages, allowed)
    if not DOCUMENT.is_file() or DOCUMENT.read_text(encoding='utf-8') != expected:
        findings.append(f'{DOCUMENT.relative_to(ROOT)} differs from the lock files: make licences')
    print('\n'.join(findings) or f'licences: {len(packages)} crates and packages, all allowed and all listed')
    return 1 if findings else 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
